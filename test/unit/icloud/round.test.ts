import { describe, expect, it } from "vitest";
import { calendar, failed, multistatus, ScriptedCaldav, syncToken } from "../sink/scripted-caldav.ts";
import { everything, listed, properties, staged, syncs, token } from "./round-answers.ts";
import { openSource, readRound, today, work } from "./source-under-test.ts";

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
    await expect(readRound(openSource(server), { checkpoint: token("t0") })).rejects.toThrow(/^family\/.+: /);
  });
});
