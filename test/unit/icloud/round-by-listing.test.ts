import { describe, expect, it } from "vitest";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { calendar, failed, multistatus, ok, ScriptedCaldav, syncToken } from "../sink/scripted-caldav.ts";
import { ctag, everything, listed, lists, properties, staged, syncs, token } from "./round-answers.ts";
import { openSource, readRound, work } from "./source-under-test.ts";

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
