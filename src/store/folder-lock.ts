import { readFileSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
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
    const other = await readOwner(path);
    if (other !== null && isAlive(other)) throw new FolderLockedError(folder, other);
    await removeStale(path);
  }
  throw new Error(`The lock ${path} could not be taken: another process keeps making it.`);
}

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    await using file = await open(path, "wx", 0o600);
    await file.writeFile(content);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

/** Null where the file is gone or half written: its writer died between creating and filling it. */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** Renamed first, so that of two processes that find the same stale lock only one removes it. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
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
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
