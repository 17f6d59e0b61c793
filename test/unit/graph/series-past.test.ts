import { describe, expect, it } from "vitest";
import type { Window } from "../../../src/calendar/window.ts";
import type { GraphEvent, GraphSeries } from "../../../src/sources/graph/native.ts";
import { withPast } from "../../../src/sources/graph/series-past.ts";
import { linesOf, master as someMaster, translate } from "../graph-translate/graph-events.ts";

const zone = "Eastern Standard Time";
const dayMs = 86_400_000;
const at = (dateTime: string) => ({ dateTime, timeZone: "UTC" });

const master: GraphEvent = {
  ...someMaster,
  start: { dateTime: "2026-09-07T09:00:00", timeZone: zone },
  end: { dateTime: "2026-09-07T09:30:00", timeZone: zone },
  recurrence: {
    pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday"], firstDayOfWeek: "sunday" },
    range: { type: "noEnd", startDate: "2026-09-07", recurrenceTimeZone: zone },
  },
};

const september: Window = { from: "2026-09-01T00:00:00.000Z", until: "2026-12-01T00:00:00.000Z" };
const october: Window = { from: "2026-10-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z" };

/** Mondays at 09:00 in New York inside a window, less those days. */
function read(window: Window, without: readonly string[]) {
  const days = Array.from({ length: 300 }, (_, week) => Date.UTC(2026, 8, 7) + week * 7 * dayMs)
    .filter((day) => day >= Date.parse(window.from) && day < Date.parse(window.until))
    .map((day) => new Date(day).toISOString().slice(0, 10))
    .filter((day) => !without.includes(day));
  const items = days.map((day) => {
    const hour = day >= "2026-11-01" ? 14 : 13;
    return {
      id: day,
      type: "occurrence" as const,
      start: at(`${day}T${hour}:00:00`),
      end: at(`${day}T${hour}:30:00`),
    };
  });
  return { window, items };
}

const moved: GraphEvent = {
  id: "moved",
  type: "exception",
  subject: "Later",
  originalStart: "2026-09-21T13:00:00Z",
  start: at("2026-09-22T16:00:00"),
  end: at("2026-09-22T16:30:00"),
};
const movedItem = {
  id: "moved",
  type: "exception" as const,
  start: moved.start ?? null,
  end: moved.end ?? null,
};

const gone = ["2026-09-14", "2026-09-21", "2026-10-05"];
const whole = read(september, gone);
const before: GraphSeries = {
  kind: "series",
  master,
  exceptions: [moved],
  cancelled: null,
  instances: { ...whole, items: [...whole.items, { ...movedItem, originalStart: "2026-09-21T13:00:00Z" }] },
};

function after(window: Window, staged: GraphSeries | null, changes: Partial<GraphEvent> = {}): GraphSeries {
  const now = { ...master, ...changes };
  const past = withPast({ instances: read(window, gone), exceptions: [] }, now, staged);
  return { ...before, master: now, instances: past.instances, exceptions: past.exceptions ?? [] };
}

const shownOf = (series: GraphSeries): readonly string[] =>
  linesOf(translate(series)).filter((line) => /^(?:EXDATE|RECURRENCE-ID)/.test(line));

describe("a series whose window moves on", () => {
  it("keeps what was cancelled and changed before it, so that nothing is written anew", () => {
    const expected = [
      "EXDATE;TZID=America/New_York:20260914T090000",
      "EXDATE;TZID=America/New_York:20261005T090000",
      "RECURRENCE-ID;TZID=America/New_York:20260921T090000",
    ];
    expect(shownOf(before).toSorted()).toEqual(expected);
    const next = after(october, before);
    expect(linesOf(translate(next))).toEqual(linesOf(translate(before)));
    const november = { from: "2026-11-01T00:00:00.000Z", until: "2027-02-01T00:00:00.000Z" };
    expect(linesOf(translate(after(november, next)))).toEqual(linesOf(translate(before)));
  });

  it("believes what it reads inside it now", () => {
    const within = { ...moved, start: at("2026-10-07T16:00:00"), end: at("2026-10-07T16:30:00") };
    const item = {
      ...movedItem,
      start: within.start ?? null,
      end: within.end ?? null,
      originalStart: "2026-09-21T13:00:00Z",
    };
    const staged = {
      ...before,
      exceptions: [within],
      instances: { ...whole, items: [...whole.items, item] },
    };
    const next = after(october, staged);
    expect(next.exceptions).toEqual([]);
    expect(shownOf(next)).toContain("EXDATE;TZID=America/New_York:20260921T090000");
  });

  it("does not bring back a cancelled occurrence that would reach into it", () => {
    const late = { from: "2026-09-28T13:10:00.000Z", until: "2027-01-01T00:00:00.000Z" };
    const shown = shownOf(after(late, before));
    expect(shown).toContain("EXDATE;TZID=America/New_York:20260928T090000");
  });

  it("does not bring back a change of an occurrence that stands there again", () => {
    const early = { ...moved, originalStart: "2026-10-12T13:00:00Z" };
    expect(after(october, { ...before, exceptions: [early] }).exceptions).toEqual([]);
  });

  it.each([
    [
      "recurs otherwise now",
      { changes: { recurrence: { ...master.recurrence, pattern: { type: "daily", interval: 1 } } } },
    ],
    [
      "starts at another time now",
      { changes: { start: { dateTime: "2026-09-07T10:00:00", timeZone: zone } } },
    ],
    ["was never read", { staged: null }],
    [
      "was read of a window long before",
      { window: { from: "2026-12-02T00:00:00.000Z", until: "2027-03-01T00:00:00.000Z" } },
    ],
    ["was told without instances", { staged: { ...before, instances: null } }],
    [
      "has an instance that cannot be placed",
      { staged: { ...before, instances: { ...whole, items: [{ id: "x" }] } } },
    ],
  ] as const)(
    "knows nothing of a past that %s",
    (_, given: { changes?: object; staged?: GraphSeries | null; window?: Window }) => {
      const { changes = {}, staged = before, window = october } = given;
      const next = after(window, staged, changes);
      expect(next.instances).toEqual(read(window, gone));
      expect(next.exceptions).toEqual([]);
    },
  );

  it("forgets what lies three years behind", () => {
    const from = new Date(Date.parse(october.from) + 3 * 365 * dayMs).toISOString();
    const long = { ...september, until: "2029-12-01T00:00:00.000Z" };
    const staged = { ...before, instances: read(long, gone) };
    const next = after({ from, until: "2030-03-01T00:00:00.000Z" }, staged);
    expect(next.instances?.window.from).toBe(october.from);
    expect(next.instances?.items.map(({ id }) => id)).not.toContain("2026-09-28");
    expect(next.instances?.items.map(({ id }) => id)).toContain("2026-10-12");
  });
});
