import { describe, expect, it } from "vitest";
import { calendar, etag, failed, multistatus, ok, ScriptedCaldav } from "../sink/scripted-caldav.ts";
import { openSource, settleAll, signal, work } from "./source-under-test.ts";

const body = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
const found = multistatus(ok(`${work}a.ics`, `${etag("1")}<c:calendar-data>${body}</c:calendar-data>`));
const absent = multistatus(failed(`${work}a.ics`, 404));
const silent = multistatus();
const there = { status: 200, headers: { etag: '"1"' }, body };
const notThere = { status: 404 };

const server = (
  reported: typeof found,
  got: { readonly status: number; readonly body?: string | Uint8Array },
) =>
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

  it("is staged and stays owed where some of its bytes are no UTF-8", async () => {
    const spoiled = "BEGIN:VCALENDAR\r\nSUMMARY:B\u00fcro\r\nEND:VCALENDAR\r\n";
    const script = server(absent, { ...there, body: Buffer.from(spoiled, "latin1") });
    expect(await settleAll(openSource(script), [["fetch", "a.ics"]])).toMatchObject([
      {
        kind: "staged",
        event: { native: spoiled.replace("\u00fc", "\uFFFD") },
        stillOwed: { kind: "protocol" },
      },
    ]);
  });

  it.each(["SUMMARY>a", "BEGIN:VEVENT", "END:VEVENT"])(
    "is read again with the next run where it looks spoiled (%s), and believed when it reads the same",
    async (line) => {
      const spoiled = `BEGIN:VCALENDAR\r\n${line}\r\nEND:VCALENDAR\r\n`;
      const data = `${etag("1")}<c:calendar-data>${spoiled.replaceAll(">", "&gt;")}</c:calendar-data>`;
      const source = openSource(server(multistatus(ok(`${work}a.ics`, data)), { ...there, body: spoiled }));
      const owed = (native: string | null) =>
        Array.fromAsync(
          source.settle(
            { id: work, name: "Work" },
            [{ kind: "fetch", nativeId: `${work}a.ics`, native }],
            { from: "2026-01-01T00:00:00.000Z", until: "2029-01-01T00:00:00.000Z" },
            signal,
          ),
        );
      expect(await owed(null)).toMatchObject([[{ kind: "staged", stillOwed: { kind: "protocol" } }]]);
      expect((await owed(spoiled)).flat()).toEqual([
        expect.not.objectContaining({ stillOwed: expect.anything() }),
      ]);
    },
  );

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
