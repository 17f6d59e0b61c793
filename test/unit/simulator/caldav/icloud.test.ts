import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCaldavSimulator, type CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";
import {
  client,
  event,
  hrefs,
  multigetBody,
  propfindBody,
  queryBody,
  syncBody,
  tokenOf,
  type Client,
} from "./dav-client.ts";

const home = "/4711/calendars/";
const cal = `${home}home/`;

let simulator: CaldavSimulator;
let entry: Client;
let send: Client;

beforeEach(async () => {
  simulator = await startCaldavSimulator({ persona: "icloud" });
  simulator.control.addUser({
    name: "sean@icloud.com",
    password: "abcd",
    dsid: "4711",
    email: "sean@icloud.com",
  });
  entry = client(simulator, "sean@icloud.com:abcd");
  send = client(simulator, "sean@icloud.com:abcd", simulator.partitionOrigins[0]);
});
afterEach(() => simulator[Symbol.asyncDispose]());

const phonePut = (name: string) =>
  simulator.control.putObject("sean@icloud.com", "home", `${name}.ics`, event(name));
const sync = (token: string, limit?: number) => send("REPORT", cal, syncBody(token, limit));

describe("iCloud: finding the calendars", () => {
  it("challenges with its own realm", async () => {
    const answer = await client(simulator, "sean@icloud.com:wrong")("PROPFIND", "/");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="MMCalDav"');
    expect(answer.headers.has("x-mobileme-authtoken")).toBe(true);
  });

  it("leads from the entry to an absolute home on another host with a port", async () => {
    const root = await entry("PROPFIND", "/", propfindBody("d:current-user-principal"), { depth: "0" });
    expect(root.text).toContain('<href xmlns="DAV:">/4711/principal/</href>');
    const ask = propfindBody("c:calendar-home-set");
    const principal = await entry("PROPFIND", "/4711/principal/", ask, { depth: "0" });
    expect(principal.text).toContain(`>${simulator.partitionOrigins[0]}${home}</href>`);
    simulator.control.setSwitches({ barePrincipalHref: true });
    expect(hrefs(await entry("PROPFIND", "/4711/principal/", ask, { depth: "0" }))).toEqual(["/principal/"]);
    expect((await entry("GET", "/")).status).toBe(400);
    expect((await entry("PROPFIND", "/.well-known/caldav")).status).toBe(501);
  });

  it("redirects from the entry, and refuses other partitions and other people", async () => {
    const redirected = await entry("PROPFIND", home);
    expect([redirected.status, redirected.headers.get("location")]).toEqual([
      301,
      `${simulator.partitionOrigins[0]}${home}`,
    ]);
    const other = client(simulator, "sean@icloud.com:abcd", simulator.partitionOrigins[1]);
    expect((await other("PROPFIND", home)).status).toBe(403);
    expect((await send("PROPFIND", "/1/calendars/")).status).toBe(403);
  });

  it("serves a moved home only at its new place", async () => {
    simulator.control.moveAccount("sean@icloud.com", { partition: 1, dsid: "4712" });
    expect((await send("PROPFIND", home)).status).toBe(403);
    simulator.control.setSwitches({ movedHome: 301 });
    const target = `${simulator.partitionOrigins[1]}/4712/calendars/`;
    expect((await send("PROPFIND", home)).headers.get("location")).toBe(target);
    const moved = client(simulator, "sean@icloud.com:abcd", simulator.partitionOrigins[1]);
    expect((await moved("PROPFIND", "/4712/calendars/home/")).status).toBe(207);
  });

  it("lists what is no calendar too, with namespaces on every element and a blank second propstat", async () => {
    const answer = await send(
      "PROPFIND",
      home,
      propfindBody("d:displayname", "d:resourcetype", "cs:getctag"),
      { depth: "1" },
    );
    expect(hrefs(answer)).toEqual([
      home,
      ...["inbox", "outbox", "notification", "home", "tasks"].map((name) => `${home}${name}/`),
    ]);
    expect(answer.text).toContain('<calendar xmlns="urn:ietf:params:xml:ns:caldav"/>');
    const own = answer.text.split("<response").find((part) => part.includes(`${cal}<`)) ?? "";
    expect(own).toContain('<displayname xmlns="DAV:">Home</displayname>');
    expect(own).toContain('<displayname xmlns="DAV:"/>');
    expect(answer.headers.get("content-type")).toMatch(/^text\/xml/);
  });
});

describe("iCloud: reading", () => {
  it("names the collection itself in reports and every missing member with its own 404", async () => {
    phonePut("a");
    expect(hrefs(await sync(""))).toEqual([cal, `${cal}a.ics`]);
    const answer = await send("REPORT", cal, multigetBody([`${cal}a.ics`, `${cal}none.ics`]));
    expect(hrefs(answer)).toEqual([cal, `${cal}a.ics`, `${cal}none.ics`]);
    expect(answer.text).toContain("BEGIN:VCALENDAR");
    expect(answer.text).toMatch(/none\.ics<\/href><status xmlns="DAV:">HTTP\/1\.1 404/);
  });

  it("reports changes and removals since a token", async () => {
    phonePut("a");
    const token = tokenOf(await sync(""));
    expect(hrefs(await sync(token))).toEqual([cal]);
    phonePut("b");
    simulator.control.deleteObject("sean@icloud.com", "home", "a.ics");
    expect(hrefs(await sync(token))).toEqual([cal, `${cal}b.ics`, `${cal}a.ics`]);
  });

  it.each([
    ["full-listing", 207, 2],
    ["empty", 207, 1],
    ["403", 403, 0],
    ["409", 409, 0],
    ["400", 400, 0],
    ["410", 410, 0],
    ["500", 500, 0],
  ] as const)("answers an expired token by switch: %s", async (expiredToken, status, listed) => {
    phonePut("a");
    const token = tokenOf(await sync(""));
    simulator.control.expireTokens("sean@icloud.com", "home");
    simulator.control.setSwitches({ expiredToken });
    const answer = await sync(token);
    expect([answer.status, hrefs(answer)]).toEqual([status, [cal, `${cal}a.ics`].slice(0, listed)]);
    expect(answer.text.includes("valid-sync-token")).toBe(
      ["400", "403", "409", "410"].includes(expiredToken),
    );
  });

  it("cuts listings into pages without saying so; the token tells", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) phonePut(name);
    simulator.control.deleteObject("sean@icloud.com", "home", "b.ics");
    simulator.control.setSwitches({ syncPageSize: 2 });
    const seen: string[] = [];
    let token = "";
    for (let pages = 0; pages < 4; pages += 1) {
      const page = await sync(token);
      expect(page.text).not.toContain("507");
      expect(page.text).not.toContain("404");
      seen.push(...hrefs(page).slice(1));
      if (pages === 0) phonePut("f");
      token = tokenOf(page);
    }
    expect(seen).toEqual(["a", "c", "d", "e", "f"].map((name) => `${cal}${name}.ics`));
    expect(hrefs(await sync(token))).toEqual([cal]);
  });

  it("wants a component in a query, and finds nothing for two", async () => {
    phonePut("a");
    const one = queryBody("20261101T000000Z", "20261231T000000Z");
    expect(hrefs(await send("REPORT", cal, one, { depth: "1" }))).toEqual([cal, `${cal}a.ics`]);
    const inner = /<c:comp-filter name="VEVENT">.*?<\/c:comp-filter>/;
    expect((await send("REPORT", cal, one.replace(inner, ""), { depth: "1" })).status).toBe(400);
    const two = one.replace(inner, (found) => `${found}<c:comp-filter name="VTODO"/>`);
    expect(hrefs(await send("REPORT", cal, two, { depth: "1" }))).toEqual([cal]);
  });

  it("hides members of shared calendars from multiget", async () => {
    simulator.control.addCalendar("sean@icloud.com", { uri: "f".repeat(64), unreadableByMultiget: true });
    simulator.control.putObject("sean@icloud.com", "f".repeat(64), "a.ics", event("a"));
    const answer = await send(
      "REPORT",
      `${home}${"f".repeat(64)}/`,
      multigetBody([`${home}${"f".repeat(64)}/a.ics`]),
    );
    expect(answer.text).toContain("404");
  });

  it("lasts through an outage with Retry-After, and may send a wrong type", async () => {
    simulator.control.setSwitches({ outage: { status: 503, retryAfter: "120" } });
    const out = await sync("");
    expect([out.status, out.headers.get("retry-after")]).toEqual([503, "120"]);
    simulator.control.setSwitches({ outage: null, contentType: "text/plain" });
    expect((await sync("")).headers.get("content-type")).toBe("text/plain");
  });
});

const people = (agent: string) =>
  event(`i${agent.length}`, [
    "DTSTART:20261201T100000Z",
    "DTEND:20261201T110000Z",
    "ORGANIZER:mailto:sean@icloud.com",
    `ATTENDEE${agent}:mailto:x@example.com`,
  ]);

describe("iCloud: writing", () => {
  it("gives no ETag, wants an end, and one UID per account", async () => {
    const put = await send("PUT", `${cal}a.ics`, event("a"), { "if-none-match": "*" });
    expect([put.status, put.headers.get("etag")]).toEqual([201, null]);
    expect((await send("PUT", `${cal}b.ics`, event("b", ["DTSTART:20261201T100000Z"]))).status).toBe(404);
    simulator.control.addCalendar("sean@icloud.com", { uri: "work" });
    const twice = await send("PUT", `${home}work/a.ics`, event("a"));
    expect([twice.status, twice.text]).toEqual([403, expect.stringContaining("no-uid-conflict")]);
    await send("DELETE", `${cal}a.ics`);
    expect((await send("PUT", `${home}work/a.ics`, event("a"))).status).toBe(201);
    expect(
      (await send("PUT", `${cal}m.ics`, event("m").replace("VERSION", "METHOD:PUBLISH\r\nVERSION"))).status,
    ).toBe(403);
    expect((await send("PUT", `${cal}j.ics`, event("j").replaceAll("VEVENT", "VJOURNAL"))).status).toBe(500);
    expect((await send("MKCALENDAR", `${home}ab/`)).status).toBe(403);
  });

  it("mails attendees, whatever Schedule-Reply says, unless SCHEDULE-AGENT forbids it", async () => {
    for (const agent of [";SCHEDULE-AGENT=CLIENT", ";SCHEDULE-AGENT=NONE"])
      await send("PUT", `${cal}q${agent.length}.ics`, people(agent));
    expect(simulator.control.counters().mail).toEqual([]);
    await send("PUT", `${cal}s.ics`, people(""), { "schedule-reply": "F" });
    expect(simulator.control.counters().mail).toMatchObject([
      { method: "REQUEST", to: "mailto:x@example.com" },
    ]);
  });
});

describe("a plain server", () => {
  it("can answer a UID conflict with a 207, lack sync-collection, and page with 507", async () => {
    await using plain = await startCaldavSimulator({ persona: "plain" });
    plain.control.addUser({ name: "u", password: "p" });
    plain.control.addCalendar("u", { uri: "c" });
    const ask = client(plain);
    const path = "/calendars/u/c/";
    for (const name of ["a", "b", "c"]) {
      expect((await ask("PUT", `${path}${name}.ics`, event(name))).headers.has("etag")).toBe(true);
    }
    const page = await ask("REPORT", path, syncBody("", 2));
    expect(hrefs(page)).toEqual([`${path}a.ics`, `${path}b.ics`, path]);
    expect(hrefs(await ask("REPORT", path, syncBody(tokenOf(page), 2)))).toEqual([`${path}c.ics`]);
    plain.control.setSwitches({ uidConflict: "multistatus-412", syncCollection: false });
    const conflict = await ask("PUT", `${path}d.ics`, event("a"));
    expect([conflict.status, conflict.text]).toEqual([207, expect.stringContaining("no-uid-conflict")]);
    expect(Object.keys(plain.control.objects("u", "c"))).toEqual(["a.ics", "b.ics", "c.ics"]);
    expect((await ask("REPORT", path, syncBody(""))).status).toBe(403);
    expect((await ask("PROPFIND", path, propfindBody("d:sync-token"), { depth: "0" })).text).toContain("404");
  });
});
