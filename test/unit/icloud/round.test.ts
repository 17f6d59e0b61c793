import { describe, expect, it } from "vitest";
import { RemoteError } from "../../../src/http/remote-error.ts";
import {
  calendar,
  etag,
  failed,
  multistatus,
  ok,
  type Received,
  ScriptedCaldav,
  syncToken,
} from "../sink/scripted-caldav.ts";
import { openSource, readRound, work, today } from "./source-under-test.ts";

const body = (name: string) => `BEGIN:VCALENDAR\nX-NAME:${name}\nEND:VCALENDAR\n`;
const data = (name: string, tag: string) =>
  ok(`${work}${name}`, `${etag(tag)}<c:calendar-data>${body(name)}</c:calendar-data>`);
const listed = (name: string, tag: string) => ok(`${work}${name}`, etag(tag));
const staged = (name: string, tag: string) => ({
  nativeId: `${work}${name}`,
  etag: `"${tag}"`,
  native: body(name),
});

/** Answers a multiget with every href that it names, except those left out. */
const everything =
  (tag: string, leftOut: readonly string[] = []) =>
  ({ body: text }: Received) => {
    const names = [...text.matchAll(/href>[^<]*\/([^/<]+)</g)].map((match) => match[1] ?? "");
    return multistatus(...names.filter((name) => !leftOut.includes(name)).map((name) => data(name, tag)));
  };

const syncs =
  "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>";
const lists =
  "<d:supported-report-set><d:supported-report><d:report><c:calendar-multiget/></d:report></d:supported-report></d:supported-report-set>";
const properties = (xml: string) => multistatus(calendar(work, xml));
const ctag = (text: string) => `<cs:getctag>${text}</cs:getctag>`;
const withMembers = (...names: readonly string[]) =>
  new ScriptedCaldav().on(
    `sync-collection ${work}`,
    multistatus(...names.map((name) => listed(name, "2")), syncToken("t2")),
  );
const token = (text: string) => ({ mode: "sync", token: text, listedAt: today });

describe("a round by sync-collection", () => {
  it("lists everything once a day, for the changes that an expired token was silent about", async () => {
    const day = 86_400_000;
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, multistatus(syncToken("t1")))
      .on(`PROPFIND ${work}`, ({ headers }) =>
        headers["depth"] === "0"
          ? properties(syncs + syncToken("t1"))
          : multistatus(calendar(work), listed("a.ics", "2")),
      )
      .on(`calendar-multiget ${work}`, everything("2"));
    const options = { checkpoint: token("t0"), known: { "a.ics": "1" } };
    const [before] = await readRound(
      openSource(server, {}, () => today + day - 1),
      options,
    );
    expect(before).toMatchObject({ kind: "incremental", staged: [] });
    expect(before?.checkpoint).toBe(JSON.stringify(token("t1")));
    const [after] = await readRound(
      openSource(server, {}, () => today + day),
      options,
    );
    expect(after).toMatchObject({ kind: "complete", staged: [staged("a.ics", "2")] });
    expect(after?.checkpoint).toBe(JSON.stringify({ ...token("t1"), listedAt: today + day }));
  });

  it("begins with a listing, and the token from before it", async () => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${work}`, ({ headers }) =>
        headers["depth"] === "0"
          ? properties(syncs + syncToken("t1"))
          : multistatus(calendar(work), listed("a.ics", "1"), listed("b.ics", "2")),
      )
      .on(`calendar-multiget ${work}`, everything("2"));
    const pages = await readRound(openSource(server), { known: { "a.ics": "1", "b.ics": "1" } });
    expect(pages).toEqual([
      {
        kind: "complete",
        staged: [staged("b.ics", "2")],
        present: [`${work}a.ics`],
        gone: [],
        owed: [],
        resume: null,
        checkpoint: JSON.stringify(token("t1")),
      },
    ]);
    expect(server.takeLines().filter((line) => line.startsWith("sync"))).toEqual([]);
  });

  it("begins by itself where the token cannot be had without", async () => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${work}`, properties(syncs))
      .on(`sync-collection ${work}`, multistatus(listed("a.ics", "1"), listed("b.ics", "2"), syncToken("t1")))
      .on(`calendar-multiget ${work}`, everything("2"));
    const pages = await readRound(openSource(server), { known: { "a.ics": "1", "b.ics": "1" } });
    expect(pages).toEqual([
      {
        kind: "complete",
        staged: [staged("b.ics", "2")],
        present: [`${work}a.ics`],
        gone: [],
        owed: [],
        resume: null,
        checkpoint: JSON.stringify(token("t1")),
      },
    ]);
  });

  it("takes the server's pages together: what a later page says counts", async () => {
    const answers = new Map([
      [
        "t0",
        multistatus(listed("a.ics", "1"), failed(`${work}b.ics`, 404), failed(work, 507), syncToken("t1")),
      ],
      ["t1", multistatus(failed(`${work}a.ics`, 404), listed("b.ics", "2"), syncToken("t2"))],
    ]);
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, ({ body: text }) => {
        const asked = [...answers.keys()].find((each) => text.includes(`>${each}<`)) ?? "";
        return answers.get(asked) ?? { status: 599 };
      })
      .on(`calendar-multiget ${work}`, everything("2"));
    const pages = await readRound(openSource(server), { checkpoint: token("t0"), known: { "b.ics": "1" } });
    expect(pages).toMatchObject([
      {
        kind: "incremental",
        staged: [staged("b.ics", "2")],
        gone: [`${work}a.ics`],
        checkpoint: JSON.stringify(token("t2")),
      },
    ]);
  });

  it("costs one request when nothing happened", async () => {
    const server = new ScriptedCaldav().on(`sync-collection ${work}`, multistatus(syncToken("t1")));
    const source = openSource(server);
    expect(await readRound(source, { checkpoint: token("t1") })).toMatchObject([
      {
        kind: "incremental",
        staged: [],
        present: [],
        gone: [],
        owed: [],
        checkpoint: JSON.stringify(token("t1")),
      },
    ]);
    expect(server.takeLines()).toEqual([`sync-collection ${work}`]);
  });

  it("takes an answer that repeats what we hold for a full listing, and lists before it keeps the token", async () => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, multistatus(listed("a.ics", "1"), listed("b.ics", "9"), syncToken("t9")))
      .on(`PROPFIND ${work}`, multistatus(calendar(work), listed("a.ics", "1"), listed("b.ics", "9")))
      .on(`calendar-multiget ${work}`, everything("9"));
    const known = { "a.ics": "1", "b.ics": "1", "removed.ics": "1" };
    const pages = await readRound(openSource(server), { checkpoint: token("expired"), known });
    expect(pages).toMatchObject([
      {
        kind: "complete",
        staged: [staged("b.ics", "9")],
        present: [`${work}a.ics`],
        checkpoint: JSON.stringify(token("t9")),
        note: expect.any(String),
      },
    ]);
  });

  it.each([
    ["ahead of the server's", "http://sabre.io/ns/sync/12", "http://sabre.io/ns/sync/11", true],
    ["the server's own", "http://sabre.io/ns/sync/12", "http://sabre.io/ns/sync/12", false],
    ["behind, after a change meanwhile", "http://sabre.io/ns/sync/9", "http://sabre.io/ns/sync/10", false],
    ["of a server that has none now", "http://sabre.io/ns/sync/9", "abc", true],
  ])("does not trust silence when its token is %s", async (_what, ours, theirs, isRefused) => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, multistatus(syncToken(ours)))
      .on(`PROPFIND ${work}`, properties(syncToken(theirs)));
    const reading = readRound(openSource(server), { checkpoint: token(ours) });
    if (isRefused) await expect(reading).rejects.toMatchObject({ kind: "checkpoint" });
    else
      expect(await reading).toMatchObject([{ kind: "incremental", checkpoint: JSON.stringify(token(ours)) }]);
  });

  it("asks for a new start when the token is refused", async () => {
    const refusal = { status: 403, body: '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>' };
    const server = new ScriptedCaldav().on(`sync-collection ${work}`, refusal);
    const reading = readRound(openSource(server), { checkpoint: token("t0") });
    await expect(reading).rejects.toMatchObject({ kind: "checkpoint" });
  });

  it.each([401, 404, 429, 500, 502, 503])("throws for a %i and says nothing of events", async (status) => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, { status })
      .on(`PROPFIND ${work}`, { status });
    await expect(readRound(openSource(server), { checkpoint: token("t0") })).rejects.toThrow(
      /source "family"/,
    );
  });
});

describe("a round by listing", () => {
  it("is used where the server does not offer sync-collection, and spared while the ctag stands", async () => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${work}`, ({ headers }) =>
        headers["depth"] === "0"
          ? properties(lists + ctag("c1"))
          : multistatus(calendar(work), listed("a.ics", "1")),
      )
      .on(`calendar-multiget ${work}`, everything("1"));
    const source = openSource(server);
    const end = { mode: "etags", ctag: "c1" };
    expect(await readRound(source)).toMatchObject([
      { kind: "complete", staged: [staged("a.ics", "1")], checkpoint: JSON.stringify(end) },
    ]);
    server.takeLines();
    expect(await readRound(source, { checkpoint: end, known: { "a.ics": "1" } })).toMatchObject([
      { kind: "incremental", staged: [], present: [], checkpoint: JSON.stringify(end) },
    ]);
    expect(server.takeLines()).toEqual([`PROPFIND ${work}`]);
    const older = { mode: "etags", ctag: "c0" };
    expect(await readRound(source, { checkpoint: older, known: { "a.ics": "1" } })).toMatchObject([
      { kind: "complete", staged: [], present: [`${work}a.ics`], checkpoint: JSON.stringify(end) },
    ]);
  });

  it.each([403, 405, 501])("takes over where the server answers %i to sync-collection", async (status) => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, { status })
      .on(`PROPFIND ${work}`, multistatus(calendar(work), listed("a.ics", "1")));
    const pages = await readRound(openSource(server), { checkpoint: token("t0"), known: { "a.ics": "1" } });
    expect(pages).toMatchObject([{ kind: "complete", present: [`${work}a.ics`], note: expect.any(String) }]);
  });

  it("takes over at the start without a try where nothing says that the server can sync", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${work}`, ({ headers }) =>
      headers["depth"] === "0" ? properties(ctag("c1")) : multistatus(calendar(work), listed("a.ics", "1")),
    );
    const pages = await readRound(openSource(server), { known: { "a.ics": "1" } });
    expect(pages).toMatchObject([
      { present: [`${work}a.ics`], checkpoint: JSON.stringify({ mode: "etags", ctag: "c1" }) },
    ]);
    expect(server.takeLines().filter((line) => line.startsWith("sync"))).toEqual([]);
  });

  it.each([
    { status: 400 },
    { status: 404 },
    { status: 409 },
    { status: 415 },
    { status: 500 },
    { status: 502 },
    { status: 200, body: "<html/>" },
    { status: 403, body: '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>' },
    multistatus(),
    multistatus(failed(work, 507), syncToken("t1")),
  ])("takes over where an offer to sync is not kept: %j", async (reply) => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, reply)
      .on(`PROPFIND ${work}`, multistatus(calendar(work, syncs), listed("a.ics", "1")));
    const pages = await readRound(openSource(server), { known: { "a.ics": "1" } });
    expect(pages).toMatchObject([{ kind: "complete", present: [`${work}a.ics`], note: expect.any(String) }]);
  });

  it.each([401, 429, 503])("does not take over for a %i at the start", async (status) => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, { status })
      .on(`PROPFIND ${work}`, multistatus(calendar(work, syncs)));
    await expect(readRound(openSource(server))).rejects.toMatchObject({ status });
  });

  it("does not take over where no answer came", async () => {
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, () => {
        throw new RemoteError("transient", "the connection was reset");
      })
      .on(`PROPFIND ${work}`, multistatus(calendar(work, syncs)));
    await expect(readRound(openSource(server))).rejects.toThrow("reset");
  });

  it("gives way to sync-collection again a day after a refusal", async () => {
    let now = Date.parse("2026-03-01T00:00:00Z");
    const server = new ScriptedCaldav()
      .on(`sync-collection ${work}`, { status: 403 })
      .on(`PROPFIND ${work}`, ({ headers }) =>
        headers["depth"] === "0"
          ? properties(syncs + syncToken("t9") + ctag("c1"))
          : multistatus(calendar(work), listed("a.ics", "1")),
      );
    const source = openSource(server, {}, () => now);
    const round = async (checkpoint: object): Promise<object> => {
      const [page] = await readRound(source, { checkpoint, known: { "a.ics": "1" } });
      return JSON.parse(page?.checkpoint ?? "null");
    };
    const refused = { mode: "etags", ctag: "c1", retrySyncAt: now + 86_400_000 };
    expect(await round(token("t0"))).toEqual(refused);
    now += 86_399_999;
    expect(await round(refused)).toEqual(refused);
    now += 1;
    expect(await round(refused)).toEqual({ ...token("t9"), listedAt: now });
  });

  it("reads an object without ETag again each time", async () => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${work}`, multistatus(calendar(work), ok(`${work}a.ics`, "")))
      .on(`calendar-multiget ${work}`, everything("1"));
    const resume = { at: "listing", end: { mode: "etags", ctag: null } };
    const pages = await readRound(openSource(server), { resume, known: { "a.ics": "1" } });
    expect(pages).toMatchObject([{ staged: [staged("a.ics", "1")], present: [] }]);
  });
});

describe("the objects of a round", () => {
  const since = { checkpoint: token("t1") };

  it("each have an outcome of their own", async () => {
    const empty = ok(`${work}empty.ics`, etag("2"));
    const server = withMembers("a.ics", "absent.ics", "locked.ics", "omitted.ics", "empty.ics").on(
      `calendar-multiget ${work}`,
      multistatus(
        data("a.ics", "3"),
        failed(`${work}absent.ics`, 404),
        failed(`${work}locked.ics`, 403),
        empty,
      ),
    );
    const owed = ["absent.ics", "locked.ics", "omitted.ics", "empty.ics"].map((name) => ({
      kind: "fetch",
      nativeId: `${work}${name}`,
    }));
    expect(await readRound(openSource(server), since)).toMatchObject([
      {
        staged: [staged("a.ics", "3")],
        gone: [],
        owed,
        checkpoint: JSON.stringify(token("t2")),
      },
    ]);
  });

  it("are owed where one of them fails the whole request, and the rest goes on", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `e${index}.ics`);
    const server = withMembers(...names).on(`calendar-multiget ${work}`, (request) =>
      request.body.includes("e3.ics") ? { status: 500 } : everything("2")(request),
    );
    const [page] = await readRound(openSource(server, { kind: "icloud" }), since);
    expect(page?.owed.map(({ nativeId }) => nativeId)).toEqual(names.slice(0, 10).map((name) => work + name));
    expect(page?.staged.map(({ nativeId }) => nativeId)).toEqual(names.slice(10).map((name) => work + name));
  });

  it.each([401, 429, 503])("are not owed but tried anew by the next round after a %i", async (status) => {
    const server = withMembers("a.ics").on(`calendar-multiget ${work}`, { status });
    await expect(readRound(openSource(server), since)).rejects.toMatchObject({ name: "RemoteError" });
  });

  it("come in pages, the last of which has the checkpoint and the others the way to go on", async () => {
    const names = Array.from({ length: 120 }, (_, index) => `e${index}.ics`);
    const server = withMembers(...names).on(`calendar-multiget ${work}`, everything("2"));
    const pages = await readRound(openSource(server, { kind: "icloud" }), since);
    const resume = JSON.stringify({ at: "sync", token: "t1", listedAt: today });
    expect(pages.map((page) => [page.staged.length, page.resume, page.checkpoint])).toEqual([
      [50, resume, null],
      [50, resume, null],
      [20, null, JSON.stringify(token("t2"))],
    ]);
    const multigets = server.received.filter(({ body: text }) => text.includes("calendar-multiget"));
    expect(Math.max(...multigets.map(({ body: text }) => text.split(":href>").length))).toBeLessThanOrEqual(
      21,
    );
    expect(multigets.length).toBe(12);
  });
});
