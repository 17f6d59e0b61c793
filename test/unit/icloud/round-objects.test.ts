import { describe, expect, it } from "vitest";
import { etag, failed, multistatus, ok } from "../sink/scripted-caldav.ts";
import { data, everything, staged, token, withMembers } from "./round-answers.ts";
import { openSource, readRound, today, work } from "./source-under-test.ts";

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
