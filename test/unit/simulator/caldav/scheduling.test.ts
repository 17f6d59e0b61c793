import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCaldavSimulator, type CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";
import { client, event, type Client } from "./dav-client.ts";

const path = "/dav.php/calendars/me/default/x.ics";
const start = ["DTSTART:20261201T100000Z", "DTEND:20261201T110000Z"];
const mine = "ORGANIZER:mailto:me@example.com";
const theirs = "ORGANIZER:mailto:boss@example.com";
const guest = "ATTENDEE:mailto:guest@example.com";
const me = (partstat: string) => `ATTENDEE;PARTSTAT=${partstat}:mailto:me@example.com`;

let simulator: CaldavSimulator;
let send: Client;

beforeEach(async () => {
  simulator = await startCaldavSimulator({ persona: "baikal", switches: { auth: "basic" } });
  simulator.control.addUser({ name: "me", password: "p", email: "me@example.com" });
  simulator.control.addUser({ name: "local", password: "p", email: "local@example.com" });
  send = client(simulator, "me:p");
});
afterEach(() => simulator[Symbol.asyncDispose]());

const put = (lines: readonly string[], headers = {}) =>
  send("PUT", path, event("x", [...start, ...lines]), headers);
const mail = () => {
  const sent = simulator.control.counters().mail.map((message) => `${message.method} ${message.to.slice(7)}`);
  simulator.control.clearCounters();
  return sent;
};

describe("Baikal: what a PUT or DELETE mails", () => {
  it("as organizer: REQUEST, again on a change that matters, CANCEL on removal, and no ETag", async () => {
    expect((await put([mine, guest])).headers.has("etag")).toBe(false);
    expect(simulator.control.objects("me", "default")["x.ics"]?.body).toContain("SCHEDULE-STATUS");
    expect(mail()).toEqual(["REQUEST guest@example.com"]);
    await put([mine, guest, "SUMMARY:new title"]);
    expect(mail()).toEqual([]);
    await put([mine, guest, "RRULE:FREQ=DAILY;COUNT=2"]);
    expect(mail()).toEqual(["REQUEST guest@example.com"]);
    await send("DELETE", path);
    expect(mail()).toEqual(["CANCEL guest@example.com"]);
  });

  it("as organizer: a local user finds it in the inbox and in the first calendar", async () => {
    await put([mine, "ATTENDEE:mailto:local@example.com"]);
    expect(Object.keys(simulator.control.objects("local", "default"))).toEqual([
      expect.stringMatching(/^sabredav-/),
    ]);
    await send("DELETE", path);
    const [copy] = Object.values(simulator.control.objects("local", "default"));
    expect(copy?.body).toContain("STATUS:CANCELLED");
  });

  it("as attendee: REPLY for a new object already answered, on a flip, and DECLINED on removal", async () => {
    await put([theirs, me("ACCEPTED")]);
    expect(mail()).toEqual(["REPLY boss@example.com"]);
    expect((await put([theirs, me("ACCEPTED"), "SUMMARY:t"])).headers.has("etag")).toBe(true);
    expect(mail()).toEqual([]);
    await send("DELETE", path);
    expect(mail()).toEqual(["REPLY boss@example.com"]);
    await put([theirs, me("NEEDS-ACTION")]);
    expect(mail()).toEqual([]);
    await put([theirs, me("TENTATIVE")]);
    expect(mail()).toEqual(["REPLY boss@example.com"]);
  });

  it.each([
    ["nobody matches", [theirs, guest], 0],
    ["no attendees", [mine], 0],
    ["CLIENT on every attendee, me organizer", [mine, guest.replace(":", ";SCHEDULE-AGENT=CLIENT:")], 0],
    [
      "CLIENT on the organizer, me attendee",
      [theirs.replace(":", ";SCHEDULE-AGENT=CLIENT:"), me("ACCEPTED")],
      0,
    ],
    ["NONE is ignored", [mine, guest.replace(":", ";SCHEDULE-AGENT=NONE:")], 1],
    ["CLIENT only on the organizer, me organizer", [mine.replace(":", ";SCHEDULE-AGENT=CLIENT:"), guest], 1],
  ])("%s: %j mails %i", async (_, lines, count) => {
    const answer = await put(lines);
    expect(answer.headers.has("etag")).toBe(count === 0);
    expect(mail()).toHaveLength(count);
  });

  it("is silent with Schedule-Reply: F, and with an address that matches nobody", async () => {
    const quiet = { "schedule-reply": "F" };
    expect((await put([mine, guest], quiet)).headers.has("etag")).toBe(true);
    await send("DELETE", path, undefined, quiet);
    simulator.control.setEmail("me", "me@calendar.invalid");
    await put([mine, guest]);
    await send("DELETE", path);
    expect(mail()).toEqual([]);
  });

  it("sends nothing without invite_from, but still rewrites the object", async () => {
    simulator.control.setSwitches({ mailing: false });
    expect((await put([mine, guest])).headers.has("etag")).toBe(false);
    expect(mail()).toEqual([]);
  });

  it("fails with 500 where organizers differ within an object", async () => {
    const body = event("x", [...start, mine, guest]).replace(
      "END:VEVENT",
      `END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261202T100000Z\r\nRECURRENCE-ID:20261202T100000Z\r\n${theirs}\r\nEND:VEVENT`,
    );
    expect((await send("PUT", path, body)).status).toBe(500);
  });

  it("uses the phone user's address in a shared instance", async () => {
    const share = `<d:share-resource xmlns:d="DAV:"><d:sharee><d:href>mailto:local@example.com</d:href><d:share-access><d:read-write/></d:share-access></d:sharee></d:share-resource>`;
    await send("POST", "/dav.php/calendars/me/default/", share, {
      "content-type": "application/davsharing+xml",
    });
    const shared = simulator.control.calendars("local").find((entry) => entry.shared)?.href ?? "";
    await client(simulator, "local:p")("PUT", `${shared}y.ics`, event("y", [...start, mine, guest]));
    expect(mail()).toEqual([]);
    const asLocal = mine.replace("me@", "local@");
    await client(simulator, "local:p")("PUT", `${shared}z.ics`, event("z", [...start, asLocal, guest]));
    expect(mail()).toEqual(["REQUEST guest@example.com"]);
  });
});
