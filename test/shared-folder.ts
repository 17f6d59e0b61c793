import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives the test files of a run a folder in common, for what takes long to make. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-tests-"));
  process.env["KALENDS_TEST_SHARED"] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
