import { afterAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { caldavRoundTripContract } from "./caldav-round-trips.ts";
import { caldavSinkContract } from "./caldav-sink.ts";
import { caldavSourceContract } from "./caldav-source.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

export type StartableServer = {
  readonly name: string;
  /** Whether this machine has it. */
  readonly isHere: () => boolean;
  readonly start: () => Promise<ServerUnderTest & AsyncDisposable>;
};

/**
 * Runs the suites on a server started for it. Where the machine does not have the server one test says so: it fails
 * with KALENDS_REQUIRE_SERVERS=1. Where KALENDS_TEST_CALDAV_URL names a server, only that one is used.
 */
export async function runContracts({ name, isHere, start }: StartableServer): Promise<void> {
  if (givenServer() !== null) {
    it(`${name} gives way to the server of KALENDS_TEST_CALDAV_URL`, () =>
      expect(givenServer()).not.toBeNull());
  } else if (isHere()) {
    const server = await start();
    runSuites(server);
    afterAll(() => server[Symbol.asyncDispose]());
  } else {
    it(`${name} is not on this machine (KALENDS_REQUIRE_SERVERS=1 makes that a failure)`, () => {
      expect(process.env["KALENDS_REQUIRE_SERVERS"], `Install ${name}.`).not.toBe("1");
    });
  }
}

/** Runs the suites on one server. */
export function runSuites(server: ServerUnderTest): void {
  describe(server.name, () => {
    caldavSourceContract(server);
    caldavSinkContract(server);
    caldavRoundTripContract(server);
  });
}

/**
 * The server that the environment names, or null: KALENDS_TEST_CALDAV_URL, _USERNAME, _PASSWORD, _AUTH (`auto`), and
 * for sharing _PHONE_USERNAME, _PHONE_PASSWORD, _PHONE_ADDRESS. The suites make and remove calendars of their own.
 */
export function givenServer(): ServerUnderTest | null {
  const url = read("URL");
  if (url === undefined || url === "") return null;
  const auth = read("AUTH");
  const credentials = (prefix: string) => ({
    username: read(`${prefix}USERNAME`) ?? "",
    password: new Secret(read(`${prefix}PASSWORD`) ?? "", `KALENDS_TEST_CALDAV_${prefix}PASSWORD`),
  });
  const isApple = new URL(url).hostname.endsWith("icloud.com");
  const hasPhone = read("PHONE_USERNAME") !== undefined;
  return {
    name: new URL(url).host,
    kind: isApple ? "icloud" : "caldav",
    url: new URL(url),
    credentials: credentials(""),
    auth: auth === "basic" || auth === "digest" ? auth : "auto",
    checksPassword: credentials("").username !== "",
    phone: hasPhone ? { credentials: credentials("PHONE_"), address: read("PHONE_ADDRESS") ?? null } : null,
    manyObjects: 60,
  };
}

const read = (name: string) => process.env[`KALENDS_TEST_CALDAV_${name}`];
