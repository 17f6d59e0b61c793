import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigHandlers, ConfigWatcher, WatchOptions } from "../../../src/config/watch.ts";
import { watchConfig } from "../../../src/config/watch.ts";
import type { Folder } from "./fixture.ts";
import { createFolder, validYaml, variables, withLine } from "./fixture.ts";

/** Handlers whose calls can be awaited one after the other. */
function recordCalls(): ConfigHandlers & { next(): Promise<string>; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const waiting: ((call: string) => void)[] = [];
  let read = 0;
  const add = (call: string) => {
    calls.push(call);
    waiting.shift()?.(call);
  };
  return {
    calls,
    onValid: (config) => add(`valid ${config.timezone} ${config.sink.credentials.password.reveal()}`),
    onInvalid: (problems) => add(`invalid ${problems[0]?.path}`),
    onFailed: (error) => add(`failed ${error.message}`),
    next: () => {
      const call = calls[read];
      read += 1;
      if (call !== undefined) return Promise.resolve(call);
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting.push(resolve);
      return promise;
    },
  };
}

let folder: Folder;
let calls: ReturnType<typeof recordCalls>;
let watcher: ConfigWatcher | undefined;

beforeEach(async () => {
  folder = await createFolder();
  calls = recordCalls();
});

afterEach(async () => {
  await watcher?.[Symbol.asyncDispose]();
  watcher = undefined;
  await folder[Symbol.asyncDispose]();
});

const berlin = withLine("timezone: America/New_York", "timezone: Europe/Berlin");
const broken = withLine("timezone: America/New_York", "timezone: Nowhere");

async function start(options: WatchOptions = { debounceMs: 5 }, yaml = validYaml) {
  const { files } = await folder.load(yaml);
  watcher = watchConfig(join(folder.path, "sources.yaml"), variables, calls, { since: files, ...options });
  return watcher;
}

describe("watchConfig", () => {
  it("reports valid and invalid edits, and the way back", async () => {
    await start();
    await folder.write("sources.yaml", broken);
    expect(await calls.next()).toBe("invalid timezone");
    await folder.write("sources.yaml", validYaml);
    expect(await calls.next()).toBe("valid America/New_York sink-pw");
  });

  it("notices a file put in the place of the old one", async () => {
    await start();
    await rename(await folder.write("sources.yaml.new", berlin), join(folder.path, "sources.yaml"));
    expect(await calls.next()).toBe("valid Europe/Berlin sink-pw");
    await rename(await folder.write("sources.yaml.new", validYaml), join(folder.path, "sources.yaml"));
    expect(await calls.next()).toBe("valid America/New_York sink-pw");
  });

  it("notices a new secret in a file of another folder", async () => {
    await using secrets = await createFolder();
    const file = await secrets.write("sink", "first");
    await start({ debounceMs: 5 }, withLine("password: ${SINK_PASSWORD}", `password_file: ${file}`));
    await secrets.write("sink", "second");
    expect(await calls.next()).toBe("valid America/New_York second");
  });

  it("reports what changed between the first reading and the start", async () => {
    const { files } = await folder.load(validYaml);
    await folder.write("sources.yaml", berlin);
    watcher = watchConfig(join(folder.path, "sources.yaml"), variables, calls, {
      since: files,
      debounceMs: 5,
    });
    expect(await calls.next()).toBe("valid Europe/Berlin sink-pw");
  });

  it("reports the first reading where nothing was loaded before", async () => {
    const path = await folder.write("sources.yaml", validYaml);
    watcher = watchConfig(path, variables, calls, { debounceMs: 5 });
    expect(await calls.next()).toBe("valid America/New_York sink-pw");
  });

  it("reads once for a burst of edits", async () => {
    const pending = new Set<() => void>();
    const bell = Promise.withResolvers<void>();
    const started = await start({
      delay: (run) => {
        pending.add(run);
        bell.resolve();
        return () => pending.delete(run);
      },
    });
    await bell.promise;
    await folder.write("sources.yaml", broken);
    await folder.write("sources.yaml", berlin);
    expect(pending.size).toBe(1);
    for (const run of pending) run();
    expect(await calls.next()).toBe("valid Europe/Berlin sink-pw");
    expect((await started.reload()).changed).toBe(false);
    expect(calls.calls).toHaveLength(1);
  });

  it("reloads on demand and says whether anything changed", async () => {
    // Never by itself: only the demand counts.
    const started = await start({ delay: () => () => undefined });
    expect(await started.reload()).toMatchObject({ changed: false, result: { kind: "ok" } });
    expect(calls.calls).toEqual([]);
    await folder.write("sources.yaml", berlin);
    expect(await started.reload()).toMatchObject({ changed: true, result: { kind: "ok" } });
    await rm(join(folder.path, "sources.yaml"));
    expect(await started.reload()).toMatchObject({ changed: true, result: { kind: "invalid" } });
    expect(calls.calls).toEqual(["valid Europe/Berlin sink-pw", "invalid "]);
  });

  it("calls nobody after it was disposed, not even for a reading under way", async () => {
    const started = await start({ delay: () => () => undefined });
    await folder.write("sources.yaml", berlin);
    const reading = started.reload();
    await started[Symbol.asyncDispose]();
    await reading;
    expect(calls.calls).toEqual([]);
  });

  it("hands on what a handler throws", async () => {
    const path = await folder.write("sources.yaml", validYaml);
    const handlers: ConfigHandlers = {
      ...calls,
      onValid: () => {
        throw new Error("no room");
      },
    };
    watcher = watchConfig(path, variables, handlers, { debounceMs: 5 });
    expect(await calls.next()).toBe("failed no room");
  });

  it("refuses a folder that is not there", () => {
    expect(() => watchConfig(join(folder.path, "none", "sources.yaml"), variables, calls)).toThrow("ENOENT");
  });
});
