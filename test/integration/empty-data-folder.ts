import { existsSync, rmSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";

let template: Promise<string> | undefined;

/** Puts an embedded database without content at `folder`: a copy, because making one takes seconds. */
export async function fillDataFolder(folder: string): Promise<void> {
  template ??= findTemplate();
  await cp(await template, folder, { recursive: true });
}

/** All processes of a test run share the first that is made; others make their own. */
async function findTemplate(): Promise<string> {
  const shared = process.env["KALENDS_TEST_SHARED"];
  if (shared === undefined) {
    const folder = await makeTemplate();
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }
  const folder = join(shared, "empty-data-folder");
  if (existsSync(folder)) return folder;
  const made = await makeTemplate();
  // Whoever comes second finds the first one's there.
  await rename(made, folder).catch(() => rm(made, { recursive: true, force: true }));
  return folder;
}

async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-empty-"));
  const store = await openStore({ databaseUrl: null, dataFolder: folder, command: "test" });
  await store[Symbol.asyncDispose]();
  return folder;
}
