import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Whether a program stands in one of the folders of PATH. */
export function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export type ServerProcess = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answered with any status as soon as the server is up. */
  readonly probe: URL;
};

/** Starts a server and waits until it answers; disposing ends it. Throws with what it printed when it does not. */
export async function startServerProcess(server: ServerProcess): Promise<AsyncDisposable> {
  const child = spawn(server.command, server.args, {
    cwd: server.cwd,
    env: { ...process.env, ...server.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    printed = (printed + chunk).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      printed += String(error);
      resolve();
    });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(forced);
  };

  const deadline = Date.now() + 20_000;
  let isUp = false;
  while (!isUp) {
    const isDown = await Promise.race([ended.then(() => true), pause(50, false)]);
    if (isDown || Date.now() > deadline) {
      await stop();
      throw new Error(`${server.command} did not start. It printed:\n${printed}`);
    }
    isUp = await fetch(server.probe, { signal: AbortSignal.timeout(2000) }).then(
      () => true,
      () => false,
    );
  }
  return { [Symbol.asyncDispose]: stop };
}
