import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeError, exitCodeOf } from "../../../src/cli/command-error.ts";
import { FolderLockedError, lockFolder } from "../../../src/store/folder-lock.ts";
import { FolderError } from "../../../src/store/make-folder.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-lock-"));
  path = join(folder, "kalends.lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lock = (command = "sync"): Promise<AsyncDisposable> => lockFolder(folder, command, Date.now());
const stale = (change: object): Promise<void> =>
  writeFile(
    path,
    JSON.stringify({
      pid: process.pid,
      started: "1",
      host: hostname(),
      command: "run",
      since: "long ago",
      ...change,
    }),
  );

/** A process that takes the lock and keeps it until it is killed. */
const holdLock = `
  import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, "../../../src/store/folder-lock.ts"))};
  await lockFolder(process.argv[1], "run", Date.now());
  console.log("locked");
  setInterval(() => {}, 60_000);
`;

describe("the lock of a data folder", () => {
  it("is taken, given back, and leaves nothing behind", async () => {
    const first = await lock();
    expect(await readdir(folder)).toEqual(["kalends.lock"]);
    await first[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
    await using _ = await lock();
  });

  it("makes the folder, for its owner alone", async () => {
    folder = join(folder, "a", "b");
    await using _ = await lock();
    expect(await readdir(folder)).toEqual(["kalends.lock"]);
  });

  it.each([
    [
      "/dev/null/x",
      /^The data folder \/dev\/null\/x cannot be made: \/dev\/null is there and is not a folder\. Name/,
    ],
    [
      "/dev/null",
      /^The data folder \/dev\/null cannot be made: \/dev\/null is there and is not a folder\. Name/,
    ],
    [
      "/proc/nope/a",
      /^The data folder \/proc\/nope\/a cannot be made: ENOENT.* Name another one with --data/,
    ],
  ])("says so where the folder cannot be made: %s", async (unusable, message) => {
    const error: unknown = await lockFolder(unusable, "sync", Date.now()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FolderError);
    expect(describeError(error)).toMatch(message);
    expect(exitCodeOf(error)).toBe(78);
  });

  it("refuses the process that has it, and names what it runs", async () => {
    await using _ = await lock("status");
    await expect(lock()).rejects.toThrow(/`kalends status` \(process \d+, since 20/);
  });

  it("refuses another process, by the name of the one that runs, and is free when that is killed", async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", holdLock, folder]);
    try {
      await once(child.stdout, "data");
      const error: unknown = await lock().catch((reason: unknown) => reason);
      if (!(error instanceof FolderLockedError)) throw new Error("the lock was given twice");
      expect(error.pid).toBe(child.pid);
      expect(error.message).toContain(`\`kalends run\` (process ${child.pid},`);
      expect(error.message).toContain(folder);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await using _ = await lock();
  });

  it.each([
    ["whose process id is another program's now", { pid: 1 }],
    ["whose process id is this process's now", {}],
    ["whose process is gone", { pid: 2 ** 22 + 1 }],
  ])("takes over one %s", async (_name, change) => {
    await stale(change);
    await using _ = await lock();
    expect(await readFile(path, "utf8")).toContain('"command":"sync"');
  });

  it.each(["", "{", '{"pid":"x"}'])("takes over one that says %j", async (content) => {
    await writeFile(path, content);
    await using _ = await lock();
  });

  it("of another host is respected while its heartbeat goes on, and taken over when it has been silent", async () => {
    await stale({ host: "another-container", pid: 1 });
    await expect(lock()).rejects.toThrow(/process 1 on another-container/);
    const longAgo = new Date(Date.now() - 61_000);
    await utimes(path, longAgo, longAgo);
    await using _ = await lock();
  });

  it("is given once, however many find a stale one at the same time", async () => {
    for (let round = 0; round < 10; round += 1) {
      await stale({});
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lock()));
      const given = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(given).toHaveLength(1);
      for (const result of results)
        if (result.status === "rejected") expect(result.reason).toBeInstanceOf(FolderLockedError);
      expect(await readdir(folder)).toEqual(["kalends.lock"]);
      await given[0]?.[Symbol.asyncDispose]();
    }
  });
});
