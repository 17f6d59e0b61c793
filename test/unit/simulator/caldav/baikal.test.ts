import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCaldavSimulator, type CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";
import {
  client,
  digest,
  event,
  hrefs,
  multigetBody,
  propfindBody,
  queryBody,
  syncBody,
  tokenOf,
  type Client,
} from "./dav-client.ts";

const home = "/dav.php/calendars/u/";
const cal = `${home}default/`;

let simulator: CaldavSimulator;
let send: Client;

beforeEach(async () => {
  simulator = await startCaldavSimulator({ persona: "baikal", switches: { auth: "basic" } });
  simulator.control.addUser({ name: "u", password: "p", email: "u@example.com" });
  simulator.control.addUser({
    name: "phone",
    password: "q",
    email: "phone@calendar.invalid",
    defaultCalendars: false,
  });
  send = client(simulator);
});
afterEach(() => simulator[Symbol.asyncDispose]());

const sync = (token: string, limit?: number) => send("REPORT", cal, syncBody(token, limit));

describe("Baikal: discovery and credentials", () => {
  it("leads from well-known over the principal to the calendars", async () => {
    const start = await send("PROPFIND", "/.well-known/caldav");
    expect([start.status, start.headers.get("location")]).toEqual([308, simulator.url.slice(0, -1)]);
    const root = await send("PROPFIND", "/dav.php", propfindBody("d:current-user-principal"), { depth: "0" });
    expect(root.text).toContain("<d:href>/dav.php/principals/u/</d:href>");
    const principal = await send("PROPFIND", "/dav.php/principals/u/", propfindBody("c:calendar-home-set"), {
      depth: "0",
    });
    expect(principal.text).toContain(`<cal:calendar-home-set><d:href>${home}</d:href>`);
    const listed = await send("PROPFIND", home, propfindBody("d:resourcetype"), { depth: "1" });
    expect(hrefs(listed)).toEqual([home, cal, `${home}inbox/`, `${home}outbox/`]);
  });

  it("plays digest as challenge and response, with stale nonces and used counts", async () => {
    simulator.control.setSwitches({ auth: "digest", digestNonceRequests: 2 });
    const challenge = (await send("OPTIONS", cal)).headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('Digest realm="BaikalDAV",qop="auth"');
    const ask = (count: string, from = challenge) =>
      send("OPTIONS", cal, undefined, { authorization: digest(from, "OPTIONS", cal, count) });
    expect((await ask("00000001")).status).toBe(200);
    const replayed = await ask("00000001");
    expect([replayed.status, replayed.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining("stale=true"),
    ]);
    expect((await ask("00000002")).status).toBe(200);
    expect((await ask("00000003")).headers.get("www-authenticate")).toContain("stale=true");
    simulator.control.setPassword("u", "other");
    const wrong = await ask("00000001", (await send("OPTIONS", cal)).headers.get("www-authenticate") ?? "");
    expect([wrong.status, wrong.headers.get("www-authenticate")]).toEqual([
      401,
      expect.not.stringContaining("stale"),
    ]);
  });

  it("leaves one session file per request without its cookie", async () => {
    const first = await send("OPTIONS", cal);
    await send("OPTIONS", cal);
    await send("OPTIONS", cal, undefined, {
      cookie: (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "",
    });
    expect(simulator.control.counters().sessions).toBe(2);
  });

  it("redirects everything to the installer when the upgrade was not finished", async () => {
    simulator.control.setSwitches({ upgradeNeeded: true });
    const answer = await send("PROPFIND", home, propfindBody("d:resourcetype"), { depth: "1" });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      expect.stringMatching(/\/admin\/install\/$/),
    ]);
    expect((await send("GET", "/admin/install/")).text).toContain("<html>");
  });

  it("denies another user's home", async () => {
    expect((await send("PROPFIND", "/dav.php/calendars/phone/")).status).toBe(403);
  });
});

describe("Baikal: reading", () => {
  it("accepts a poison series and then fails every bounded query", async () => {
    await send("PUT", `${cal}ok.ics`, event("ok"));
    const query = (start: string, end: string) => send("REPORT", cal, queryBody(start, end), { depth: "1" });
    const bounded = () => query("20261101T000000Z", "20261231T000000Z");
    expect(hrefs(await bounded())).toEqual([`${cal}ok.ics`]);
    const poison = event("p", ["DTSTART:20150101T100000Z", "DTEND:20150101T110000Z", "RRULE:FREQ=DAILY"]);
    expect((await send("PUT", `${cal}p.ics`, poison)).status).toBe(201);
    expect((await bounded()).status).toBe(500);
    expect(hrefs(await query("20261101T000000Z", ""))).toHaveLength(2);
    expect(hrefs(await query("20160101T000000Z", "20160102T000000Z"))).toEqual([`${cal}p.ics`]);
  });

  it("leaves missing members out of a multiget and takes \\r out of REPORTs, not of GET", async () => {
    await send("PUT", `${cal}a.ics`, event("a"));
    const answer = await send("REPORT", cal, multigetBody([`${cal}a.ics`, `${cal}none.ics`]));
    expect(hrefs(answer)).toEqual([`${cal}a.ics`]);
    expect(answer.text).not.toContain("\r");
    expect((await send("GET", `${cal}a.ics`)).text).toBe(event("a"));
  });

  it("answers unknown properties with a second propstat, unless asked for minimal", async () => {
    const ask = propfindBody("d:displayname", "d:nonsense");
    expect((await send("PROPFIND", cal, ask, { depth: "0" })).text).toContain("404 Not Found");
    expect((await send("PROPFIND", cal, ask, { depth: "0", prefer: "return=minimal" })).text).not.toContain(
      "404",
    );
  });
});

describe("Baikal: sync-collection", () => {
  it("accepts any number, even from the future, and refuses only a foreign prefix", async () => {
    await send("PUT", `${cal}a.ics`, event("a"));
    for (const token of ["http://sabre.io/ns/sync/999", "http://sabre.io/ns/sync/abc"]) {
      const answer = await sync(token);
      expect([answer.status, hrefs(answer), tokenOf(answer)]).toEqual([207, [], token]);
    }
    const foreign = await sync("urn:other");
    expect([foreign.status, foreign.text]).toEqual([403, expect.stringContaining("<d:valid-sync-token/>")]);
  });

  it("goes blind silently after an old backup was restored", async () => {
    simulator.control.snapshot("old");
    await send("PUT", `${cal}a.ics`, event("a"));
    await send("PUT", `${cal}b.ics`, event("b"));
    const token = tokenOf(await sync(""));
    simulator.control.restore("old");
    await send("PUT", `${cal}c.ics`, event("c"));
    expect(hrefs(await sync(token))).toEqual([]);
    const now = await send("PROPFIND", cal, propfindBody("d:sync-token", "cs:getctag"), { depth: "0" });
    expect(tokenOf(now)).toBe("http://sabre.io/ns/sync/2");
    expect(now.text).toContain("<cs:getctag>http://sabre.io/ns/sync/2<");
  });

  it("obeys a limit only after the first listing, with 507 for the collection", async () => {
    for (const name of ["a", "b", "c"]) await send("PUT", `${cal}${name}.ics`, event(name));
    expect(hrefs(await sync("", 1))).toHaveLength(3);
    const page = await sync("http://sabre.io/ns/sync/1", 2);
    expect(hrefs(page)).toEqual([`${cal}a.ics`, `${cal}b.ics`, cal]);
    expect(page.text).toContain("507");
    const rest = await sync(tokenOf(page), 2);
    expect([hrefs(rest), rest.text.includes("507")]).toEqual([[`${cal}c.ics`], false]);
  });

  it("names a PROPPATCHed collection without slash, and what came and went as 404", async () => {
    const token = tokenOf(await sync(""));
    const patch = `<d:propertyupdate xmlns:d="DAV:" xmlns:a="http://apple.com/ns/ical/"><d:set><d:prop><a:calendar-color>#FF0000</a:calendar-color></d:prop></d:set></d:propertyupdate>`;
    expect((await send("PROPPATCH", cal, patch)).text).toContain("200 OK");
    await send("PUT", `${cal}brief.ics`, event("brief"));
    await send("DELETE", `${cal}brief.ics`);
    const answer = await sync(token);
    expect(hrefs(answer)).toEqual([cal.slice(0, -1), `${cal}brief.ics`]);
    expect(answer.text).toMatch(/<d:propstat><d:prop><d:getetag\/><\/d:prop><d:status>HTTP\/1.1 404/);
    expect((await send("PROPFIND", cal, propfindBody("a:calendar-color"), { depth: "0" })).text).toContain(
      "#FF0000",
    );
  });

  it("counts an identical PUT as a change", async () => {
    await send("PUT", `${cal}a.ics`, event("a"));
    const before = tokenOf(await sync(""));
    await send("PUT", `${cal}a.ics`, event("a"));
    expect(hrefs(await sync(before))).toEqual([`${cal}a.ics`]);
  });

  it("loses a change to a reader when writes overlap, and counts the overlap", async () => {
    simulator.control.setSwitches({ writeDelayMs: 20 });
    await Promise.all(["a", "b", "c"].map((name) => send("PUT", `${cal}${name}.ics`, event(name))));
    const tokens = new Set(["1", "2", "3"]);
    const seen = await Promise.all(
      [...tokens].map(async (token) => hrefs(await sync(`http://sabre.io/ns/sync/${token}`)).length),
    );
    expect(seen).not.toEqual([3, 2, 1]);
    expect(simulator.control.counters().maxParallelWrites).toEqual({ [cal]: 3 });
  });
});

const shareBody = (href: string, access: string) =>
  `<d:share-resource xmlns:d="DAV:"><d:sharee><d:href>${href}</d:href><d:share-access><d:${access}/></d:share-access></d:sharee></d:share-resource>`;

const share = (href: string, access = "read") =>
  send("POST", cal, shareBody(href, access), {
    "content-type": "application/davsharing+xml; charset=utf-8",
  });

describe("Baikal: collections and sharing", () => {
  const mk = `<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:" xmlns:a="http://apple.com/ns/ical/"><d:set><d:prop><d:displayname>All</d:displayname><a:calendar-color>#2563EB</a:calendar-color><c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`;

  it("makes a calendar once, without an owner mark", async () => {
    expect((await send("MKCALENDAR", `${home}all/`, mk)).status).toBe(201);
    expect((await send("MKCALENDAR", `${home}all/`, mk)).status).toBe(405);
    expect(simulator.control.calendars("u")[1]).toMatchObject({
      uri: "all",
      name: "All",
      access: null,
      components: ["VEVENT"],
    });
  });

  it("gives a sharee an instance under a random name, read-only where so shared", async () => {
    expect((await share("mailto:phone@calendar.invalid")).status).toBe(200);
    const phone = client(simulator, "phone:q");
    const instance = simulator.control.calendars("phone")[0]?.href ?? "";
    expect(instance).toMatch(/\/calendars\/phone\/[0-9a-f-]{36}\/$/);
    await send("PUT", `${cal}a.ics`, event("a"));
    expect((await phone("GET", `${instance}a.ics`)).status).toBe(200);
    expect((await phone("PUT", `${instance}b.ics`, event("b"))).status).toBe(403);
    expect((await phone("DELETE", `${instance}a.ics`)).status).toBe(403);
    const set = await phone("PROPFIND", instance, propfindBody("d:current-user-privilege-set"), {
      depth: "0",
    });
    expect(set.text).toContain("<d:write-properties/>");
    expect(set.text).not.toContain("<d:write/>");
    await share("mailto:phone@calendar.invalid", "read-write");
    expect((await phone("PUT", `${instance}b.ics`, event("b"))).status).toBe(201);
    expect(simulator.control.calendars("phone")).toHaveLength(1);
  });

  it("answers 200 to a share that reaches nobody, and says so only in DAV:invite", async () => {
    for (const href of ["principals/phone", "/dav.php/principals/phone"]) await share(href);
    expect(simulator.control.calendars("phone")).toHaveLength(2);
    for (const href of ["/dav.php/principals/phone/", `${simulator.url}principals/phone`]) {
      expect((await share(href)).status).toBe(200);
    }
    expect(simulator.control.calendars("phone")).toHaveLength(2);
    const invite = await send("PROPFIND", cal, propfindBody("d:invite"), { depth: "0" });
    expect(invite.text.match(/invite-invalid/g)).toHaveLength(2);
    expect(invite.text.match(/invite-accepted/g)).toHaveLength(3);
  });
});
