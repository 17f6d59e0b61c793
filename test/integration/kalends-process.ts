import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Shared by all that are started: compiling takes longer than most of what they do. */
const compileCache = join(tmpdir(), "kalends-test-compile-cache");
const entry = join(import.meta.dirname, "../../bin/kalends.mjs");

/** How a process ended, and all that it wrote. `code` is null where a signal ended it. */
export type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The real program as a user starts it. */
export interface KalendsProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the n-th line of the log that matches; rejects when the process ends without it. */
  logs(pattern: RegExp, nth?: number): Promise<string>;
  /** How many lines of the log match so far. */
  lines(pattern: RegExp): number;
}

export type ProcessOptions = {
  readonly configuration: string;
  readonly data: string;
  readonly environment: Readonly<Record<string, string>>;
};

export function startKalends(options: ProcessOptions, args: readonly string[]): KalendsProcess {
  const { configuration, data, environment } = options;
  const child = spawn(process.execPath, [entry, "--config", configuration, "--data", data, ...args], {
    env: {
      PATH: process.env["PATH"],
      TZ: "America/Los_Angeles",
      NODE_COMPILE_CACHE: compileCache,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      for (const listener of listeners) listener();
    });
  const matching = (pattern: RegExp): string[] =>
    text.stderr.split("\n").filter((line) => pattern.test(line));
  const ended = once(child, "close").then(([code, signal]: unknown[]) => ({
    code: typeof code === "number" ? code : null,
    signal: typeof signal === "string" ? signal : null,
    ...text,
  }));
  return {
    child,
    ended,
    lines: (pattern) => matching(pattern).length,
    logs: (pattern, nth = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = matching(pattern)[nth - 1];
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended without ${pattern}:\n${text.stderr}`)));
      }),
  };
}

/** Runs a command to its end. */
export function runKalends(options: ProcessOptions, args: readonly string[]): Promise<Ended> {
  return startKalends(options, args).ended;
}
