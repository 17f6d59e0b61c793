import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as z from "zod";

/** A child process that answers JSON lines; disposing it ends it. */
export type EngineProcess = AsyncDisposable & {
  /** The `result` of the answer; rejects with the engine's own error text. Requests may overlap. */
  readonly ask: (request: Readonly<Record<string, unknown>>) => Promise<unknown>;
};

type Waiting = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void };

/** Starts an engine, which lives until it is disposed of. */
export function startEngineProcess(command: string, args: readonly string[]): EngineProcess {
  const child = spawn(command, args, { stdio: "pipe" });
  const waiting = new Map<number, Waiting>();
  let printed = "";
  let count = 0;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    printed = (printed + chunk).slice(-4000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => settle(waiting, line));
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      for (const { reject } of waiting.values())
        reject(new Error(`${command} ended. It printed:\n${printed}`));
      waiting.clear();
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      printed += String(error);
      end();
    });
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ ...request, id: count })}\n`);
      }),
    [Symbol.asyncDispose]: () => stop(child, ended),
  };
}

const answer = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });

function settle(waiting: Map<number, Waiting>, line: string): void {
  const { id, result, error } = answer.parse(JSON.parse(line));
  const one = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) one?.resolve(result);
  else one?.reject(new Error(error));
}

async function stop(child: ChildProcessWithoutNullStreams, ended: Promise<void>): Promise<void> {
  child.stdin.end();
  const forced = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(forced);
}
