import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openStore } from "../../src/store/store.ts";

let template: Promise<string> | undefined;

afterAll(async () => {
  if (template !== undefined) await rm(await template, { recursive: true, force: true });
});

/** Puts an embedded database without content at `folder`: a copy, because making one takes seconds. */
export async function fillDataFolder(folder: string): Promise<void> {
  template ??= makeTemplate();
  await cp(await template, folder, { recursive: true });
}

async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-empty-"));
  const store = await openStore({ databaseUrl: null, dataFolder: folder, command: "test" });
  await store[Symbol.asyncDispose]();
  return folder;
}
