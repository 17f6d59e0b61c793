import { Secret } from "../../../src/config/secret.ts";
import type { ServerUnderTest } from "../server-under-test.ts";
import { freePort } from "./free-port.ts";
import { isInstalled, startServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The Debian package `xandikos`. */
export const hasXandikos = (): boolean => isInstalled("xandikos");

/** Xandikos 0.2: a 500 for unknown sync tokens, one UID per collection said by a 207. */
export async function startXandikos(): Promise<ServerUnderTest & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder("xandikos"));
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}/`);
  const args = ["-d", folder.path, "--defaults", "-l", "127.0.0.1", "-p", String(port)];
  args.push("--current-user-principal", "/owner/");
  starting.use(await startServerProcess({ command: "xandikos", args, probe: url }));
  const running = starting.move();
  return {
    name: "xandikos",
    kind: "caldav",
    url,
    credentials: { username: "owner", password: new Secret("any", "test") },
    auth: "auto",
    checksPassword: false,
    phone: null,
    // Of python3-icalendar.
    spoils: {
      "Graph: a backslash before an n": "an escaped backslash and an n become a line break",
      "CalDAV: escapes that need none": "an escaped backslash and an n become a line break",
      "Graph: categories with commas": "an escaped comma separates",
      "CalDAV: lists with escaped commas": "an escaped comma separates",
    },
    manyObjects: 60,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
