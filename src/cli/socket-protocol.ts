import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Options } from "./command.ts";
import { exitCode } from "./exit-code.ts";

const requestSchema = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  options: z.record(z.string(), z.union([z.string(), z.boolean()])),
  json: z.boolean(),
});

/** The request: one JSON line. */
export type SocketRequest = {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: Options;
  readonly json: boolean;
};

const answerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("print"), line: z.string() }),
  z.strictObject({ kind: z.literal("result"), value: z.unknown() }),
  z.strictObject({
    kind: z.literal("progress"),
    step: z.strictObject({ task: z.string(), done: z.number(), total: z.number().nullable() }),
  }),
  z.strictObject({ kind: z.literal("exit"), code: z.enum(exitCode), error: z.string().nullable() }),
]);

/** The answers: JSON lines, the last one `exit`. */
export type SocketAnswer = z.infer<typeof answerSchema>;

/** @throws ZodError or SyntaxError for anything that is no request. */
export function parseRequest(line: string): SocketRequest {
  return requestSchema.parse(JSON.parse(line));
}

/** @throws ZodError or SyntaxError for anything that is no answer: the two ends are of different versions. */
export function parseAnswer(line: string): SocketAnswer {
  return answerSchema.parse(JSON.parse(line));
}

/** The address of a Unix socket has room for 108 bytes on Linux, 104 elsewhere. */
const longestPath = 100;

/** Where the daemon that holds a data folder listens: only its owner may connect. */
export function socketPath(dataFolder: string): string {
  const path = join(resolve(dataFolder), "kalends.sock");
  if (Buffer.byteLength(path) <= longestPath) return path;
  const name = createHash("sha256").update(path).digest("hex").slice(0, 16);
  return join(tmpdir(), `kalends-${name}.sock`);
}

/** Calls back for every complete line of a stream of text. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
}
