import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { listCalendars } from "../../src/dav/calendars.ts";
import { eventText } from "./event-text.ts";
import { createOtherClient } from "./other-client.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { createOne, newSpec, sinksOn } from "./sink-under-test.ts";

const signal = AbortSignal.timeout(600_000);

/** What the sink promises about the phone's principal, where the server can share and where it cannot. */
export function caldavSharingContract(server: ServerUnderTest): void {
  describe("the phone", () => {
    const { openSink, openTarget } = sinksOn(server);
    const { phone } = server;
    if (phone === null) {
      it("is warned of where the server cannot share, and the target opens all the same", async () => {
        const username = `nobody-${randomUUID()}`;
        const target = await openTarget(openSink({ phone: { username, address: null } }), newSpec());
        expect(target.warnings).toEqual([expect.stringContaining(`"${username}"`)]);
        await createOne(target, "a.ics");
      });
      return;
    }

    const config = { username: phone.credentials.username, address: phone.address };
    const phoneCalendars = async (name: string) => {
      const client = createOtherClient(server, phone.credentials);
      onTestFinished(() => client[Symbol.asyncDispose]());
      const calendars = await listCalendars(client.client, await client.home(), signal);
      return {
        client,
        urls: calendars.filter((each) => each.displayName === name).map((each) => each.url),
      };
    };

    it.each([
      ["read-only", false, false],
      ["writable", true, true],
    ])("gets one %s instance", async (_how, writable, mayWrite) => {
      const spec = newSpec({ name: `Shared ${randomUUID()}`, writable });
      const made = await openTarget(openSink({ phone: config }), spec);
      expect(made.warnings).toEqual([]);
      const again = await openTarget(openSink({ phone: config }), spec, made.href);
      expect(again.warnings).toEqual([]);
      const { client, urls } = await phoneCalendars(spec.name);
      expect(urls.length).toBe(1);
      const [url] = urls;
      if (url === undefined) throw new Error("no instance");
      const status = await client.tryPut(url, "from-phone.ics", eventText({ uid: "from-phone" }));
      expect(status < 300).toBe(mayWrite);
    });

    it("follows when a target becomes writable", async () => {
      const spec = newSpec({ name: `Shared ${randomUUID()}` });
      const made = await openTarget(openSink({ phone: config }), spec);
      const sink = openSink({ phone: config });
      expect((await openTarget(sink, { ...spec, writable: true }, made.href)).warnings).toEqual([]);
      const { client, urls } = await phoneCalendars(spec.name);
      expect(urls.length).toBe(1);
      const [url] = urls;
      if (url === undefined) throw new Error("no instance");
      expect(await client.tryPut(url, "from-phone.ics", eventText({ uid: "from-phone" }))).toBeLessThan(300);
    });

    it("is warned of when the server does not know it", async () => {
      const sink = openSink({ phone: { username: "nobody-of-this-name", address: null } });
      const target = await openTarget(sink, newSpec());
      expect(target.warnings).toEqual([expect.stringContaining('"nobody-of-this-name"')]);
    });
  });
}
