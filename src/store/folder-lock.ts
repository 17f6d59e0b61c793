import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Somebody else has the data folder. The message names the process and says what to do. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";
  readonly pid: number;

  constructor(folder: string, owner: Owner) {
    super(
      `The data folder ${folder} is in use by \`kalends ${owner.command}\` (process ${owner.pid}, since ${owner.since}). ` +
        "Two processes must never open it at once: wait for that one or stop it. Nothing was changed.",
    );
    this.pid = owner.pid;
  }
}

const ownerSchema = z.strictObject({
  pid: z.int(),
  started: z.string().nullable(),
  command: z.string(),
  since: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

/**
 * Takes the data folder for this process. A lock whose process has died (killed, or the same pid
 * given to another program) is taken over.
 *
 * @throws FolderLockedError while its owner lives.
 */
export async function lockFolder(folder: string, command: string, now: number): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "kalends.lock");
  const owner: Owner = {
    pid: process.pid,
    started: processStart(process.pid),
    command,
    since: new Date(now).toISOString(),
  };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await createExclusively(path, JSON.stringify(owner))) {
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    }
    const found = await readLock(path);
    if (found === null) continue;
    const other = ownerOf(found);
    if (other !== null && isAlive(other)) throw new FolderLockedError(folder, other);
    await removeStale(path, found);
  }
  throw new Error(`The lock ${path} could not be taken: another process keeps making it.`);
}

/** Filled first and linked then, so that nobody ever reads a lock that is half written. */
async function createExclusively(path: string, content: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { flag: "wx", mode: 0o600 });
    return await linkExclusively(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** False where something stands there already. */
async function linkExclusively(from: string, path: string): Promise<boolean> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw error;
  }
}

/** Null where the file is no lock of ours. */
function ownerOf(content: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

/** Two processes may find the same stale lock, and the slower one must not remove what the faster one put there. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    throw error;
  }
  if ((await readLock(aside)) !== stale) await linkExclusively(aside, path);
  await rm(aside, { force: true });
}

function isAlive(owner: Owner): boolean {
  if (owner.pid === process.pid && owner.started === processStart(process.pid)) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return isErrno(error, "EPERM");
  }
  return owner.started === null || owner.started === processStart(owner.pid);
}

/** Start time of a process in clock ticks since boot (Linux: /proc/PID/stat field 22), or null. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
