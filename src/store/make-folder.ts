import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isErrno } from "./errno.ts";

/** A folder that is needed cannot be made where it is named. The message says why, and where to name another. */
export class FolderError extends Error {
  override readonly name = "FolderError";
}

/**
 * Makes a folder and those above it, for their owner alone. One by one: Node's recursive `mkdir` never ends where the
 * folder above is there and still answers that it is not (/proc).
 *
 * @param what it is, as the subject of a sentence
 * @param remedy a sentence: where to name another one
 * @throws FolderError; what the disk says where it is full
 */
export async function makeFolder(folder: string, what: string, remedy: string): Promise<void> {
  try {
    await make(resolve(folder));
  } catch (error) {
    if (!(error instanceof Error) || isErrno(error, "ENOSPC") || isErrno(error, "EDQUOT")) throw error;
    throw new FolderError(`${what} ${folder} cannot be made: ${reasonOf(error)}. ${remedy}`);
  }
}

async function make(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await make(above);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else was faster.
    if (!isErrno(error, "EEXIST") || !(await isFolder(folder))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function reasonOf(error: Error): string {
  const path = "path" in error ? String(error.path) : "";
  return isErrno(error, "EEXIST") ? `${path} is there and is not a folder` : error.message;
}
