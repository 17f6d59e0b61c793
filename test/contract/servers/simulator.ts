import { startCaldavSimulator } from "../../../simulator/caldav/caldav-simulator.ts";
import type { CaldavSwitches, Persona } from "../../../simulator/caldav/switches.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { ServerUnderTest } from "../server-under-test.ts";

/** The simulator as Baikal, iCloud or a server by the RFCs, with an owner and (Baikal) a phone's principal. */
export async function startSimulator(
  persona: Persona,
  switches: Partial<CaldavSwitches> = {},
): Promise<ServerUnderTest & AsyncDisposable> {
  const simulator = await startCaldavSimulator({ persona, switches });
  const address = "phone@calendar.invalid";
  simulator.control.addUser({ name: "owner", password: "owner's word", email: "owner@calendar.invalid" });
  simulator.control.addUser({ name: "phone", password: "phone's word", email: address });
  const changed = Object.entries(switches).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return {
    name: ["simulated", persona, ...changed].join(" "),
    kind: persona === "icloud" ? "icloud" : "caldav",
    url: new URL(simulator.url),
    credentials: credentials("owner"),
    auth: "auto",
    checksPassword: true,
    phone: persona === "baikal" ? { credentials: credentials("phone"), address } : null,
    manyObjects: 1000,
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

const credentials = (username: string) => ({
  username,
  password: new Secret(`${username}'s word`, "test"),
});
