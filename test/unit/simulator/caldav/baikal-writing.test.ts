import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCaldavSimulator, type CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";
import { client, event, hrefs, ics, propfindBody, syncBody, type Client } from "./dav-client.ts";

const cal = "/dav.php/calendars/u/default/";

let simulator: CaldavSimulator;
let send: Client;

beforeEach(async () => {
  simulator = await startCaldavSimulator({ persona: "baikal", switches: { auth: "basic" } });
  simulator.control.addUser({ name: "u", password: "p", email: "u@example.com" });
  send = client(simulator);
});
afterEach(() => simulator[Symbol.asyncDispose]());

describe("Baikal: writing", () => {
  it("gives an ETag exactly when it stored what was sent", async () => {
    const clean = await send("PUT", `${cal}a.ics`, event("a"));
    expect([clean.status, clean.headers.get("etag")]).toEqual([
      201,
      expect.stringMatching(/^"[0-9a-f]{32}"$/),
    ]);
    const noStamp = ics(["UID:b", "DTSTART:20261201T100000Z"]);
    for (const [name, body] of Object.entries({
      stamp: noStamp,
      control: event("c", ["DTSTART:20261201T100000Z", "SUMMARY:bell\u0007"]),
      twice: event("d", ["DTSTAMP:20261101T000000Z", "DTSTART:20261201T100000Z"]),
      rule: event("e", ["DTSTART:20261201T100000Z", "RRULE:"]),
    })) {
      const answer = await send("PUT", `${cal}${name}.ics`, body);
      expect([answer.status, answer.headers.get("etag"), answer.headers.get("x-sabre-ew-gross")]).toEqual([
        201,
        null,
        expect.stringContaining("warning"),
      ]);
    }
    const stored = simulator.control.objects("u", "default");
    expect(stored["twice.ics"]?.body.match(/DTSTAMP/g)).toHaveLength(3);
    expect(stored["control.ics"]?.body).toContain("SUMMARY:bell\r\n");
    const latin = await send(
      "PUT",
      `${cal}latin.ics`,
      Buffer.from(event("l", ["DTSTART:20261201T100000Z", "SUMMARY:M\u00fcller"]), "latin1"),
    );
    expect([latin.status, latin.headers.get("etag")]).toEqual([201, null]);
    expect((await send("PUT", `${cal}strict.ics`, noStamp, { prefer: "handling=strict" })).status).toBe(415);
  });

  it.each([
    ["no DTSTART", event("x", [])],
    ["two DTSTARTs", event("x", ["DTSTART:20261201T100000Z", "DTSTART:20261201T100000Z"])],
    ["a METHOD", event("x").replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST")],
    [
      "two UIDs",
      event("x").replace(
        "END:VEVENT",
        "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:y\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261201T100000Z\r\nEND:VEVENT",
      ),
    ],
    [
      "two masters",
      event("x").replace(
        "END:VEVENT",
        "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261201T100000Z\r\nEND:VEVENT",
      ),
    ],
    ["two SUMMARYs", event("x", ["DTSTART:20261201T100000Z", "SUMMARY:a", "SUMMARY:a"])],
    [
      "an alarm without TRIGGER",
      event("x", ["DTSTART:20261201T100000Z", "BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"]),
    ],
    ["X_FOO", event("x", ["DTSTART:20261201T100000Z", "X_FOO:1"])],
    ["garbage", "hello"],
  ])("refuses %s with 415", async (_, body) => {
    expect((await send("PUT", `${cal}x.ics`, body)).status).toBe(415);
  });

  it.each([
    ["an unknown FREQ", ["RRULE:FREQ=FORTNIGHTLY"]],
    ["a rule without any instance left", ["RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20261201T100000Z"]],
    ["a daily rule of ten years", ["RRULE:FREQ=DAILY;UNTIL=20361201T100000Z"]],
    ["3 500 instances", ["RRULE:FREQ=DAILY;COUNT=3500"]],
  ])("fails with 500 on %s", async (_, lines) => {
    expect(
      (await send("PUT", `${cal}x.ics`, event("x", ["DTSTART:20261201T100000Z", ...lines]))).status,
    ).toBe(500);
  });

  it.each([
    ["LF endings", event("x").replaceAll("\r", "")],
    ["no end", event("x", ["DTSTART:20261201T100000Z"])],
    ["an end before the start", event("x", ["DTSTART:20261201T100000Z", "DTEND:20261130T100000Z"])],
    ["an unknown TZID", event("x", ["DTSTART;TZID=Foo/Bar:20261201T100000"])],
    ["an orphan RECURRENCE-ID", event("x", ["DTSTART:20261201T100000Z", "RECURRENCE-ID:20261201T100000Z"])],
    ["3 499 instances", event("x", ["DTSTART:20261201T100000Z", "RRULE:FREQ=DAILY;COUNT=3499"])],
  ])("accepts %s untouched", async (_, body) => {
    const answer = await send("PUT", `${cal}x.ics`, body);
    expect([answer.status, answer.headers.has("etag")]).toEqual([201, true]);
    expect(simulator.control.objects("u", "default")["x.ics"]?.body).toBe(body);
  });

  it("holds preconditions, does not care for UIDs, and knows no name with %2F", async () => {
    const etag =
      (await send("PUT", `${cal}a.ics`, event("a"), { "if-none-match": "*" })).headers.get("etag") ?? "";
    expect((await send("PUT", `${cal}a.ics`, event("a"), { "if-none-match": "*" })).status).toBe(412);
    expect((await send("PUT", `${cal}a.ics`, event("a"), { "if-match": '"other"' })).status).toBe(412);
    expect((await send("PUT", `${cal}gone.ics`, event("a"), { "if-match": etag })).status).toBe(412);
    expect((await send("PUT", `${cal}b.ics`, event("a"))).status).toBe(201);
    expect((await send("PUT", `${cal}a%2Fb.ics`, event("c"))).status).toBe(404);
    expect((await send("DELETE", `${cal}a.ics`, undefined, { "if-match": '"other"' })).status).toBe(412);
    expect((await send("DELETE", `${cal}a.ics`, undefined, { "if-match": etag })).status).toBe(204);
    expect((await send("DELETE", `${cal}a.ics`)).status).toBe(404);
    const todo = event("t").replaceAll("VEVENT", "VJOURNAL");
    expect((await send("PUT", `${cal}t.ics`, todo)).status).toBe(403);
  });

  it("writes hrefs with lower-case escapes and raw @ and colon", async () => {
    await send("PUT", `${cal}a%20%C3%A4@x:1.ics`, event("a"));
    expect(hrefs(await send("PROPFIND", cal, propfindBody("d:getetag"), { depth: "1" }))).toContain(
      `${cal}a%20%c3%a4@x:1.ics`,
    );
  });

  it("refuses dates out of range only on PostgreSQL", async () => {
    const old = event("a", ["DTSTART:19690101T100000Z"]);
    expect((await send("PUT", `${cal}a.ics`, old)).status).toBe(201);
    simulator.control.setSwitches({ database: "postgresql" });
    expect((await send("PUT", `${cal}b.ics`, old)).status).toBe(500);
    expect((await send("REPORT", cal, syncBody("http://sabre.io/ns/sync/abc"))).status).toBe(500);
  });
});
