import { describe, expect, it } from "vitest";
import { calendar, failed, home, multistatus, ok, ScriptedCaldav } from "../sink/scripted-caldav.ts";
import { openSource, signal, sourceConfig } from "./source-under-test.ts";

const named = (name: string) => `<d:displayname>${name}</d:displayname>`;
const collection = ok(home, "<d:resourcetype><d:collection/></d:resourcetype>");
const inbox = ok(`${home}inbox/`, "<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>");
const tasks = calendar(
  `${home}tasks/`,
  '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>',
);

const server = () =>
  new ScriptedCaldav().on(
    `PROPFIND ${home}`,
    multistatus(
      collection,
      inbox,
      tasks,
      calendar(`${home}work/`, named("Work")),
      calendar(`${home}play%20time/`, named("Work")),
      calendar(`${home}3F2A/`, named("")),
    ),
  );

const refs = {
  work: { id: `${home}work/`, name: "Work" },
  play: { id: `${home}play time/`, name: "Work" },
  unnamed: { id: `${home}3F2A/`, name: "3F2A" },
};

describe("the calendars of an account", () => {
  it.each([
    ["all", "all" as const, [refs.work, refs.play, refs.unnamed], []],
    ["a name that two have", ["Work"], [refs.work, refs.play], []],
    ["an href", [`${home}play time`], [refs.play], []],
    ["a name and the href of the same", ["3F2A", `${home}3F2A/`], [refs.unnamed], []],
    ["names that are not there", ["work", "Holidays"], [], ["work", "Holidays"]],
  ])("are selected by %s", async (_how, calendars, expected, notFound) => {
    const listing = await openSource(server(), { calendars }).listCalendars(null, signal);
    expect(listing).toMatchObject({ calendars: expected, notFound });
  });

  it.each([
    ["a refused password", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }, "auth"],
    ["an outage", { status: 503 }, "transient"],
    ["a redirect to the installer", { status: 302, headers: { location: "/admin/install/" } }, "transient"],
    ["a page of HTML", { status: 200, body: "<html>Sign in</html>" }, "protocol"],
    ["an empty answer", multistatus(), "protocol"],
    [
      "a truncated answer",
      { ...multistatus(collection), body: "<d:multistatus xmlns:d='DAV:'>" },
      "protocol",
    ],
    ["a home that cannot be read", multistatus(failed(home, 503)), "transient"],
  ])("are never none because of %s", async (_what, answer, kind) => {
    const script = new ScriptedCaldav()
      .on(`PROPFIND ${home}`, answer)
      .on("PROPFIND /admin/install/", { status: 200, body: "<html>Install</html>" });
    await expect(openSource(script).listCalendars(null, signal)).rejects.toMatchObject({ kind });
  });

  const emptyHome = () => new ScriptedCaldav().on(`PROPFIND ${home}`, multistatus(collection, inbox));

  it("are none where the home of a plain CalDAV account says so", async () => {
    expect(await openSource(emptyHome()).listCalendars(null, signal)).toMatchObject({ calendars: [] });
  });

  it.each([
    ["in iCloud", { kind: "icloud" as const }],
    ["where the configuration names some", { calendars: ["Work"] }],
  ])("are never none %s", async (_where, overrides) => {
    await expect(openSource(emptyHome(), overrides).listCalendars(null, signal)).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringMatching(/^family\/.+: the account lists no calendar/),
    });
  });
});

describe("the remembered home", () => {
  const homeUrl = `https://dav.example.test${home}`;
  const memory = (change: object = {}) =>
    JSON.stringify({ entry: sourceConfig().url.href, username: "owner", homes: [homeUrl], ...change });

  it("spares the discovery", async () => {
    const script = server();
    const listing = await openSource(script).listCalendars(memory(), signal);
    expect(script.received.map(({ method }) => method)).toEqual(["PROPFIND"]);
    expect(listing.memory).toBe(memory());
  });

  it.each([401, 403, 404, 421])("is looked for again after a %i", async (status) => {
    const old = "https://dav.example.test/old/home/";
    const script = server().on("PROPFIND /old/home/", { status });
    const listing = await openSource(script).listCalendars(memory({ homes: [old] }), signal);
    expect(listing.memory).toBe(memory());
    expect(listing.calendars.length).toBe(3);
  });

  it("is looked for again where it stands empty", async () => {
    const old = "https://dav.example.test/old/home/";
    const script = server().on(
      "PROPFIND /old/home/",
      multistatus(ok("/old/home/", "<d:resourcetype><d:collection/></d:resourcetype>")),
    );
    const listing = await openSource(script).listCalendars(memory({ homes: [old] }), signal);
    expect(listing.memory).toBe(memory());
    expect(listing.calendars.length).toBe(3);
  });

  it("is not given up for an outage", async () => {
    const script = server().on("PROPFIND /old/home/", { status: 503 });
    const old = memory({ homes: ["https://dav.example.test/old/home/"] });
    await expect(openSource(script).listCalendars(old, signal)).rejects.toMatchObject({ kind: "transient" });
    expect(script.received.length).toBe(1);
  });

  it.each([
    ["of another user", memory({ username: "somebody" })],
    ["found from another entry", memory({ entry: "https://dav.example.test/other/" })],
    ["on a host that may not have the password", memory({ homes: ["https://evil.example.test/home/"] })],
    ["without a home", memory({ homes: [] })],
    ["that is no JSON", "https://dav.example.test/"],
  ])("is not used: %s", async (_why, text) => {
    const script = server();
    const listing = await openSource(script).listCalendars(text, signal);
    expect(listing.memory).toBe(memory());
    expect(new Set(script.received.map(({ url }) => url.host))).toEqual(new Set(["dav.example.test"]));
  });
});
