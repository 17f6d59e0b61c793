import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const entry = join(import.meta.dirname, "../bin/kalends.mjs");

/** The real program, started as a user starts it. */
export type Kalends = {
  /** Runs a command to its end. `show` lets it write to our terminal, progress bars included. */
  run(args: readonly string[], show?: boolean): Promise<{ readonly code: number; readonly stdout: string }>;
  /** Starts the daemon and waits until it says that it is running. */
  startDaemon(logFile: NodeJS.WritableStream): Promise<Daemon>;
};

export type Daemon = { stop(): Promise<number> };

/** Kalends with this environment, configuration and data folder. */
export function kalendsWith(
  environment: Readonly<Record<string, string>>,
  configuration: string,
  data: string,
): Kalends {
  const start = (args: readonly string[], stdio: "inherit" | "pipe"): ChildProcess =>
    spawn(process.execPath, [entry, "--config", configuration, "--data", data, ...args], {
      env: { ...process.env, ...environment, DATABASE_URL: "" },
      stdio: ["ignore", stdio, stdio === "inherit" ? "inherit" : "pipe"],
    });
  return {
    async run(args, show = false) {
      const child = start(args, show ? "inherit" : "pipe");
      let stdout = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      let stderr = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      const [code]: unknown[] = await once(child, "close");
      if (stderr !== "") stdout += stderr;
      return { code: typeof code === "number" ? code : 1, stdout };
    },
    async startDaemon(logFile) {
      const child = start(["run"], "pipe");
      const ended = once(child, "exit");
      if (child.stderr === null) throw new Error("The daemon's log cannot be read.");
      child.stderr.pipe(logFile);
      await new Promise<void>((resolve, reject) => {
        const lines = createInterface({ input: child.stderr ?? process.stdin });
        lines.on("line", (line) => {
          if (line.includes("kalends is running")) resolve();
        });
        void ended.then(() => reject(new Error("The daemon ended before it was running; see its log.")));
      });
      return {
        async stop() {
          child.kill("SIGTERM");
          const [code]: unknown[] = await ended;
          return typeof code === "number" ? code : 1;
        },
      };
    },
  };
}
