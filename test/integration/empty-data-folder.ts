import { rmSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";

let template: Promise<string> | undefined;

/** Puts an embedded database without content at `folder`: a copy, because making one takes seconds. */
export async function fillDataFolder(folder: string): Promise<void> {
  template ??= makeTemplate();
  await cp(await template, folder, { recursive: true });
}

async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-empty-"));
  // Not a hook of the test runner: the torture runs use this as well.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const store = await openStore({ databaseUrl: null, dataFolder: folder, command: "test" });
  await store[Symbol.asyncDispose]();
  return folder;
}
