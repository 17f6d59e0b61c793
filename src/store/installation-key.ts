import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Kysely } from "kysely";
import { isErrno } from "./errno.ts";
import { makeFolder } from "./make-folder.ts";
import type { Database } from "./schema.ts";

/** The installation key is missing, or is not the one that this database was made with. */
export class InstallationKeyError extends Error {
  override readonly name = "InstallationKeyError";
}

const checkSetting = "installation-key-check";
const keyRemedy = "Name another one with --data, KALENDS_DATA or installation_key_file.";

/**
 * Reads the installation key, from which slots get their names. A new one is made only when neither
 * the file nor the database knows one; the database keeps a check value.
 *
 * @throws InstallationKeyError when the file is missing or differs from what the database was made with; FolderError
 *   where a new one's folder cannot be made.
 */
export async function installationKey(db: Kysely<Database>, path: string): Promise<string> {
  const known = await readCheck(db);
  const key = (await readKey(path)) ?? (known === undefined ? await makeKey(path) : null);
  if (key === null) {
    throw new InstallationKeyError(
      `The installation key ${path} is missing, but this database was made with one. ` +
        "Put the file back from the backup (or name it in installation_key_file); a new key would double every event.",
    );
  }
  if (known === undefined) {
    await db
      .insertInto("setting")
      .values({ key: checkSetting, value: checkValue(key) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  // Asked again: another process may have been faster, with a key of its own.
  if ((await readCheck(db)) !== checkValue(key)) {
    throw new InstallationKeyError(
      `The installation key ${path} is not the one that this database was made with. ` +
        "Put back the file that belongs to it; another key would double every event.",
    );
  }
  return key;
}

async function readCheck(db: Kysely<Database>): Promise<string | undefined> {
  const row = await db
    .selectFrom("setting")
    .select("value")
    .where("key", "=", checkSetting)
    .executeTakeFirst();
  return row?.value;
}

async function readKey(path: string): Promise<string | null> {
  try {
    const key = (await readFile(path, "utf8")).trim();
    if (key.length < 32) {
      throw new InstallationKeyError(
        `The installation key ${path} is too short: at least 32 characters are needed.`,
      );
    }
    return key;
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return null;
    throw error;
  }
}

/** Filled and synced first, linked then: a key is never found half written, and of two first starts one wins. */
async function makeKey(path: string): Promise<string> {
  await makeFolder(dirname(path), "The folder of the installation key", keyRemedy);
  const fresh = `${path}.${randomUUID()}`;
  try {
    await using file = await open(fresh, "wx", 0o600);
    await file.writeFile(`${randomBytes(32).toString("hex")}\n`);
    await file.sync();
    await link(fresh, path).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  const key = await readKey(path);
  if (key === null) throw new InstallationKeyError(`The installation key ${path} could not be made.`);
  return key;
}

function checkValue(key: string): string {
  return createHmac("sha256", key).update("kalends installation key check").digest("hex");
}
