import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isErrno } from "./errno.ts";
import { makeFolder } from "./make-folder.ts";

/** Somebody else has the data folder. The message names the process and says what to do. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";
  readonly pid: number;

  constructor(folder: string, owner: Owner) {
    const where = owner.host === hostname() ? "" : ` on ${owner.host}`;
    super(
      `The data folder ${folder} is in use by \`kalends ${owner.command}\` (process ${owner.pid}${where}, since ${owner.since}). ` +
        "Two processes must never open it at once: wait for that one or stop it. Nothing was changed.",
    );
    this.pid = owner.pid;
  }
}

const ownerSchema = z.strictObject({
  pid: z.int(),
  started: z.string().nullable(),
  /** Containers that share a folder have hosts, and process ids, of their own. */
  host: z.string(),
  command: z.string(),
  since: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

const heartbeatMs = 15_000;
/** A lock of another host whose heartbeat is older than this is given up. */
const silenceMs = 60_000;
/** Longest time that taking over a stale lock takes; older traces of it are those of a process that died. */
const takeoverMs = 10_000;
const attempts = 50;
const pauseMs = 20;

/**
 * Takes the data folder for this process. A lock whose process has died (killed, or the same pid
 * given to another program) is taken over.
 *
 * @throws FolderLockedError while its owner lives, FolderError where the folder cannot be made.
 */
export async function lockFolder(folder: string, command: string, now: number): Promise<AsyncDisposable> {
  await makeFolder(folder, "The data folder", "Name another one with --data or KALENDS_DATA.");
  const path = join(folder, "kalends.lock");
  const since = new Date(now).toISOString();
  const owner: Owner = {
    pid: process.pid,
    started: processStart(process.pid),
    host: hostname(),
    command,
    since,
  };
  const content = JSON.stringify(owner);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await createExclusively(path, content)) return holdLock(path);
    const other = await livingOwner(path);
    if (other !== null) throw new FolderLockedError(folder, other);
    if (await takeOver(path, content)) return holdLock(path);
    await sleep(pauseMs);
  }
  throw new Error(`The lock ${path} could not be taken: another process keeps making it.`);
}

function holdLock(path: string): AsyncDisposable {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      await rm(path, { force: true });
    },
  };
}

/** Filled first and linked then, so that nobody ever reads a lock that is half written. */
async function createExclusively(path: string, content: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { flag: "wx", mode: 0o600 });
    await link(fresh, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

/** One process at a time may replace a stale lock; it looks again, since the lock may be another's by now. */
async function takeOver(path: string, content: string): Promise<boolean> {
  const turn = `${path}.takeover`;
  try {
    await mkdir(turn);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    const age = await ageOf(turn);
    if (age !== null && age > takeoverMs) await rmdir(turn).catch(() => undefined);
    return false;
  }
  try {
    if ((await livingOwner(path)) !== null) return false;
    await rm(path, { force: true });
    return await createExclusively(path, content);
  } finally {
    await rmdir(turn);
  }
}

/** Who has the lock and lives; null where nobody does. */
async function livingOwner(path: string): Promise<Owner | null> {
  const owner = await readOwner(path);
  if (owner === null) return null;
  if (owner.host === hostname()) return isAlive(owner) ? owner : null;
  const silence = await ageOf(path);
  return silence !== null && silence <= silenceMs ? owner : null;
}

/** Null where there is no lock, or no lock of ours. */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** Milliseconds since the last change; null where nothing is there. */
async function ageOf(path: string): Promise<number | null> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw error;
  }
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
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
