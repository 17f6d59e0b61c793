import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

const watcher = new URL("../../../src/health/event-loop-watch.ts", import.meta.url).href;

/** Runs a script in a process of its own that is watched for `seconds` without a turn of its event loop. */
async function runWatched(script: string, seconds: number) {
  const program = `import { watchEventLoop } from ${JSON.stringify(watcher)};
    process.on("SIGTERM", () => undefined);
    await using watch = watchEventLoop(70, console.error, ${seconds});
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const overdue = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const [stderr, ended] = await Promise.all([text(child.stderr), once(child, "close")]);
  clearTimeout(overdue);
  return { stderr, code: ended[0] as unknown, signal: ended[1] as unknown };
}

describe.concurrent("the watch over the event loop", { timeout: 30_000 }, () => {
  it("ends a process whose event loop stands still, with its own exit code and a last message", async () => {
    const { code, stderr } = await runWatched("for (;;) {}", 2);
    expect(code).toBe(70);
    expect(stderr).toContain('"msg":"The event loop has stood still for 2 seconds: this process ends itself');
  });

  it("ends it by force where the inspector cannot reach it", async () => {
    const blocked = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
    const { code, signal } = await runWatched(`process.exit = () => {}; ${blocked}; for (;;) {}`, 1);
    expect([code, signal]).toEqual([null, "SIGKILL"]);
  });

  it("lets a process alone that is busy but turns, and does not keep one alive", async () => {
    const busy = `const end = performance.now() + 3_000;
      while (performance.now() < end) {
        const pause = performance.now() + 500;
        while (performance.now() < pause);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`;
    expect(await runWatched(busy, 2)).toEqual({ code: 0, signal: null, stderr: "" });
  });
});
