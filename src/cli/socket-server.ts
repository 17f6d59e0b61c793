import { rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { describeError, exitCodeOf } from "./command-error.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import {
  lineSplitter,
  parseRequest,
  type SocketAnswer,
  type SocketRequest,
  socketPath,
} from "./socket-protocol.ts";

/** Runs one command; throws for what nobody expected. */
export type RunRequest = (request: SocketRequest, output: Output, signal: AbortSignal) => Promise<ExitCode>;

/** Longest request line; a client that sends more is not ours. */
const longestRequest = 64 * 1024;

/** Listens on the data folder's socket, so that commands work while the daemon holds the database. */
export async function serveCommands(dataFolder: string, run: RunRequest): Promise<AsyncDisposable> {
  const path = socketPath(dataFolder);
  // The folder's lock is ours, so a socket that is still there belongs to a process that died.
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serve(socket, run);
  });
  const previous = process.umask(0o077);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(previous);
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, run: RunRequest): void {
  const gone = new AbortController();
  const send = (answer: SocketAnswer): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
  };
  let received = 0;
  let started = false;
  const receive = lineSplitter((line) => {
    if (started) return;
    started = true;
    void answerLine(line, run, send, gone.signal).then(() => socket.end());
  });
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    received += chunk.length;
    if (received > longestRequest) socket.destroy();
    else receive(chunk);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => gone.abort());
}

async function answerLine(
  line: string,
  run: RunRequest,
  send: (answer: SocketAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const request = parseRequest(line);
    const output: Output = {
      json: request.json,
      print: (text) => send({ kind: "print", line: text }),
      result: (value) => send({ kind: "result", value }),
      progress: (step) => send({ kind: "progress", step }),
    };
    send({ kind: "exit", code: await run(request, output, signal), error: null });
  } catch (error) {
    send({ kind: "exit", code: exitCodeOf(error), error: describeError(error) });
  }
}
