import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../../../src/config/secret.ts";
import type { ServerUnderTest } from "../server-under-test.ts";
import { freePort } from "./free-port.ts";
import { isInstalled, startServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The Debian package `radicale`. */
export const hasRadicale = (): boolean => isInstalled("radicale");

/** python3-vobject cuts the value of a property that it does not know at a comma. */
const cutsAtCommas = "what stands behind the comma is lost";

/** Radicale 3: refuses unknown sync tokens, rewrites bodies, one UID per collection. */
export async function startRadicale(): Promise<ServerUnderTest & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder("radicale"));
  const users = join(folder.path, "users");
  const storage = join(folder.path, "storage");
  await writeFile(users, "owner:correct horse\n");
  await mkdir(storage);
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}/`);
  const args = ["--config", "", "--server-hosts", `127.0.0.1:${port}`, "--auth-type", "htpasswd"];
  args.push("--auth-htpasswd-filename", users, "--auth-htpasswd-encryption", "plain", "--auth-delay", "0");
  args.push("--storage-filesystem-folder", storage);
  starting.use(await startServerProcess({ command: "radicale", args, probe: url }));
  const running = starting.move();
  return {
    name: "radicale",
    kind: "caldav",
    url,
    credentials: { username: "owner", password: new Secret("correct horse", "test") },
    auth: "auto",
    checksPassword: true,
    phone: null,
    spoils: {
      "CalDAV: a place with a position": cutsAtCommas,
      "Graph: an address to join with a comma in it": cutsAtCommas,
      "CalDAV: escapes that need none": "a backslash that escapes nothing is escaped itself",
    },
    manyObjects: 60,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
