import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import type { Fault } from "./fault.ts";

/** Sends an answer as it is. */
export function deliver(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer, answer.body.length);
  response.end(answer.body);
}

/** Sends an answer so that something is wrong with the way it comes. False where the fault is not about that. */
export async function deliverBadly(
  response: ServerResponse,
  answer: Answer,
  fault: Fault,
  original: Answer,
): Promise<boolean> {
  switch (fault.kind) {
    case "reset":
      await cutOff(response, answer, fault.stage);
      return true;
    case "slow":
      await inPieces(response, answer, fault.pieces, fault.pauseMs);
      return true;
    case "endless":
      await withoutEnd(response, answer);
      return true;
    case "stalled":
      if (fault.at === "body") {
        writeHead(response, answer, Math.max(2, answer.body.length));
        response.write(answer.body.subarray(0, answer.body.length / 2));
      }
      await closed(response);
      return true;
    case "truncated":
      if (fault.length === "honest") return false;
      if (fault.length === "too-long") {
        writeHead(response, answer, original.body.length);
        response.write(answer.body, () => response.socket?.end());
      } else {
        writeHead(response, answer, answer.body.length);
        response.write(original.body, () => response.socket?.end());
      }
      await closed(response);
      return true;
    case "refused":
    case "dropped":
    case "tls":
    case "corrupt":
    case "gzip":
    case "content-type":
    case "html":
    case "empty":
    case "empty-multistatus":
    case "empty-list":
    case "status":
    case "redirect":
    case "page":
    case "etag":
      return false;
    default:
      return fault satisfies never;
  }
}

function writeHead(response: ServerResponse, { status, headers }: Answer, length: number): void {
  const bodiless = status === 204 || status === 304;
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
  response.writeHead(status, { ...own, ...(bodiless ? {} : { "content-length": length }) });
}

async function cutOff(
  response: ServerResponse,
  answer: Answer,
  stage: Extract<Fault, { kind: "reset" }>["stage"],
): Promise<void> {
  const { socket } = response;
  if (stage === "in-headers" && socket !== null) {
    socket.write(`HTTP/1.1 ${answer.status} OK\r\nContent-Type: app`, () => socket.destroy());
    await closed(response);
    return;
  }
  if (stage === "mid-body") {
    const half = answer.body.subarray(0, answer.body.length / 2);
    writeHead(response, answer, Math.max(2, answer.body.length));
    response.flushHeaders();
    response.write(half.length === 0 ? " " : half, () => socket?.destroy());
    await closed(response);
    return;
  }
  socket?.destroy();
}

async function inPieces(
  response: ServerResponse,
  answer: Answer,
  pieces: number,
  pauseMs: number,
): Promise<void> {
  writeHead(response, answer, answer.body.length);
  const step = Math.max(1, Math.ceil(answer.body.length / pieces));
  for (let at = 0; at < answer.body.length && !response.destroyed; at += step) {
    await sleep(pauseMs);
    response.write(answer.body.subarray(at, at + step));
  }
  response.end();
}

const filler = Buffer.alloc(256 * 1024, " ");

/** The beginning of the body, and then blanks as fast as the client takes them. */
async function withoutEnd(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
  delete own["content-length"];
  response.writeHead(status === 204 ? 200 : status, own);
  response.write(body.subarray(0, body.length / 2));
  const gone = closed(response);
  while (!response.destroyed) {
    const drained = response.write(filler) || new Promise((resolve) => response.once("drain", resolve));
    await Promise.race([drained, gone]);
    // A socket that takes everything at once must not starve the rest of the process.
    await sleep(0);
  }
}

function closed(response: ServerResponse): Promise<void> {
  return response.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => response.once("close", () => resolve()));
}
