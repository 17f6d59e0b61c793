import { describe, expect, it } from "vitest";
import { calendar, etag, failed, multistatus, ok, ScriptedCaldav } from "../sink/scripted-caldav.ts";
import { openSource, settleAll, work } from "./source-under-test.ts";

const body = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
const found = multistatus(ok(`${work}a.ics`, `${etag("1")}<c:calendar-data>${body}</c:calendar-data>`));
const absent = multistatus(failed(`${work}a.ics`, 404));
const silent = multistatus();
const there = { status: 200, headers: { etag: '"1"' }, body };
const notThere = { status: 404 };

const server = (reported: typeof found, got: { readonly status: number }) =>
  new ScriptedCaldav()
    .on(`PROPFIND ${work}`, multistatus(calendar(work)))
    .on(`calendar-multiget ${work}`, reported)
    .on(`GET ${work}a.ics`, got);

describe("owed work", () => {
  it.each([
    ["tombstone", "a 404 by GET", found, notThere, "gone", true],
    ["tombstone", "found by GET", absent, there, "staged", true],
    ["tombstone", "refused to GET", absent, { status: 500 }, "failed", true],
    ["fetch", "found by multiget", found, notThere, "staged", false],
    ["fetch", "a 404 by multiget, found by GET", absent, there, "staged", true],
    ["fetch", "a 404 by both", absent, notThere, "gone", true],
    ["fetch", "refused to both", multistatus(failed(`${work}a.ics`, 500)), { status: 500 }, "failed", true],
    ["fetch", "left out by multiget, a 404 by GET", silent, notThere, "gone", true],
    ["fetch", "left out by multiget, found by GET", silent, there, "staged", true],
    ["fetch", "no calendar object", silent, { status: 200, body: "<html/>" }, "failed", true],
  ] as const)("%s: %s", async (kind, _what, reported, got, expected, asksForIt) => {
    const script = server(reported, got);
    const [settlement] = await settleAll(openSource(script), [[kind, "a.ics"]]);
    expect(settlement?.kind).toBe(expected);
    expect(settlement?.item).toEqual({ kind, nativeId: `${work}a.ics` });
    expect(script.takeLines().includes(`GET ${work}a.ics`)).toBe(asksForIt);
  });

  it("believes no removal when the calendar itself is not there", async () => {
    const script = server(absent, notThere).on(`PROPFIND ${work}`, notThere);
    await expect(settleAll(openSource(script), [["tombstone", "a.ics"]])).rejects.toMatchObject({
      kind: "missing",
    });
  });

  it.each([401, 403, 429, 503])("throws for a %i: it is the server's, not the object's", async (status) => {
    const script = server(silent, { status });
    await expect(settleAll(openSource(script), [["tombstone", "a.ics"]])).rejects.toMatchObject({ status });
  });

  it("comes in batches of what one multiget may ask for", async () => {
    const script = server(silent, notThere);
    const items = Array.from({ length: 25 }, (_, index) => ["fetch", `e${index}.ics`] as const);
    for (const [, name] of items) script.on(`GET ${work}${name}`, notThere);
    const settled = await settleAll(openSource(script, { kind: "icloud" }), items);
    expect(settled.map(({ kind }) => kind)).toEqual(items.map(() => "gone"));
    expect(script.takeLines().filter((line) => line.startsWith("calendar-multiget")).length).toBe(3);
  });
});
