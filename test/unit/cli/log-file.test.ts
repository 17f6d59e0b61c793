import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openLogFile } from "../../../src/cli/log-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-log-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the log file", () => {
  it("takes lines", async () => {
    const file = openLogFile(join(folder, "log"), () => undefined);
    file.write("one\n");
    const text = async (): Promise<string> => {
      const names = await readdir(folder);
      return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("");
    };
    await vi.waitFor(async () => expect(await text()).toBe("one\n"), { timeout: 10_000 });
  });

  it("that cannot be written says so once, and stops nothing", async () => {
    await writeFile(join(folder, "no folder"), "");
    const trouble = Promise.withResolvers<Error>();
    const onTrouble = vi.fn<(error: Error) => void>(trouble.resolve);
    const file = openLogFile(join(folder, "no folder", "log"), onTrouble);
    file.write("one\n");
    expect((await trouble.promise).message).toMatch(/ENOTDIR|EEXIST/);
    file.write("two\n");
    file.write("three\n");
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });
});
