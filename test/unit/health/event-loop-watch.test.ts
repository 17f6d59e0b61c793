import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EventLoopWatchData } from "../../../src/health/event-loop-watch.ts";
import { lookAgain, type Standstill } from "../../../src/health/standstill.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.doUnmock("node:worker_threads");
  vi.resetModules();
});

/** In this process no thread is started: what it would be given. */
async function withoutThreads() {
  const threads: EventLoopWatchData[] = [];
  vi.doMock("node:worker_threads", () => ({
    Worker: class {
      constructor(_url: URL, { workerData }: { readonly workerData: EventLoopWatchData }) {
        threads.push(workerData);
      }
      on = vi.fn();
      unref = vi.fn();
      terminate = vi.fn();
    },
  }));
  vi.resetModules();
  return { threads, ...(await import("../../../src/health/event-loop-watch.ts")) };
}

const watcher = new URL("../../../src/health/event-loop-watch.ts", import.meta.url).href;

/** Runs a script in a process of its own that is watched, at another pace where one is given. */
async function runWatched(script: string, pace?: Readonly<Record<string, number>>) {
  const program = `import { watchEventLoop } from ${JSON.stringify(watcher)};
    process.on("SIGTERM", () => undefined);
    await using watch = watchEventLoop(70, console.error, ${JSON.stringify(pace)});
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [stderr, ended] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { stderr, code: ended[0] as unknown, signal: ended[1] as unknown };
}

/** The longest standstill that looks at a counter find, one after the other. */
function longest(counted: readonly number[]): number {
  let standstill: Standstill = { beats: 0, looks: 0 };
  let most = 0;
  for (const beats of counted) {
    standstill = lookAgain(standstill, beats);
    most = Math.max(most, standstill.looks);
  }
  return most;
}

describe("a standstill", () => {
  it("is as long as the most looks in a row that find no beat, however few beats there are between others", () => {
    const rises = fc.array(fc.nat({ max: 2 }), { maxLength: 50 });
    fc.assert(
      fc.property(rises, (steps) => {
        let beats = 0;
        const counted = steps.map((step) => (beats += step));
        const runs = steps.join("").match(/0+/g) ?? [];
        expect(longest(counted)).toBe(Math.max(0, ...runs.map((run) => run.length)));
      }),
    );
  });
});

describe("the beat of an event loop that turns", () => {
  it("comes once a second, in which it is looked at once, and ends with the watch", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { threads, watchEventLoop } = await withoutThreads();
    const watch = watchEventLoop(70, () => undefined);
    const [data] = threads;
    if (data === undefined) throw new Error("nobody watches");
    const counter = new Int32Array(data.beats);
    expect(data.pace).toEqual({ lookEveryMs: 1_000, looksMax: 120, forceAfterMs: 5_000 });
    vi.advanceTimersByTime(3_000);
    expect(counter[0]).toBe(3);
    await watch[Symbol.asyncDispose]();
    vi.advanceTimersByTime(3_000);
    expect(counter[0]).toBe(3);
  });
});

describe.concurrent("the watch over the event loop", { timeout: 60_000 }, () => {
  // Whatever the machine has to do meanwhile, these loops do not turn: no time is too short, none too long.
  const never = 2 ** 31 - 1;

  it("ends a process whose event loop stands still, with its own exit code and a last message", async () => {
    const pace = { lookEveryMs: 20, looksMax: 5, forceAfterMs: never };
    const { code, stderr } = await runWatched("for (;;) {}", pace);
    expect(code).toBe(70);
    expect(stderr).toContain(
      '"msg":"The event loop has stood still for 0.1 seconds: this process ends itself',
    );
  });

  it("ends it by force where the inspector cannot reach it", async () => {
    const blocked = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
    const pace = { lookEveryMs: 20, looksMax: 5, forceAfterMs: 20 };
    const { code, signal } = await runWatched(`process.exit = () => {}; ${blocked}; for (;;) {}`, pace);
    expect([code, signal]).toEqual([null, "SIGKILL"]);
  });

  it("does not keep a process alive, and lets it alone while it turns", async () => {
    // Long enough for several times as many looks as may find no beat.
    const turning = `const { setTimeout } = await import("node:timers/promises");
      for (let turn = 0; turn < 160; turn += 1) await setTimeout(5);`;
    const pace = { lookEveryMs: 20, looksMax: 10, forceAfterMs: never };
    expect(await runWatched(turning, pace)).toEqual({ code: 0, signal: null, stderr: "" });
  });
});
