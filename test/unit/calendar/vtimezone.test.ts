import * as fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { serialiseComponent, valueOf } from "../../../src/calendar/component.ts";
import { timeZoneBlock } from "../../../src/calendar/vtimezone.ts";

const dayMs = 86_400_000;
const zones = Intl.supportedValuesOf("timeZone");

function textOf(zone: string, from: number): string {
  const block = timeZoneBlock(zone, from);
  if (block === null) throw new Error(`${zone} has no block`);
  return serialiseComponent(block.component);
}

/** What ical.js expands a VTIMEZONE to: instants in UTC, offsets in seconds. Not among its types. */
const readChanges = z.array(
  z.object({
    year: z.number(),
    month: z.number(),
    day: z.number(),
    hour: z.number(),
    minute: z.number(),
    second: z.number(),
    utcOffset: z.number(),
    prevUtcOffset: z.number(),
  }),
);

/** The offset that ical.js reads from a block at an instant, in milliseconds; before the first onset what was before it. */
function offsetsRead(text: string, untilYear: number): (instant: number) => number {
  const timezone = new ICAL.Timezone(new ICAL.Component(ICAL.parse(text)));
  timezone.utcOffset(ICAL.Time.fromData({ year: untilYear, month: 12, day: 31 }));
  const onsets = readChanges
    .parse(Reflect.get(timezone, "changes"))
    .map(({ year, month, day, hour, minute, second, utcOffset, prevUtcOffset }) => ({
      at: Date.UTC(year, month - 1, day, hour, minute, second),
      to: utcOffset * 1_000,
      from: prevUtcOffset * 1_000,
    }))
    .toSorted((a, b) => a.at - b.at);
  return (instant) => onsets.findLast(({ at }) => at <= instant)?.to ?? onsets[0]?.from ?? Number.NaN;
}

/** The offset by Intl, which knows the zones by other code than the blocks are made with. */
function offsetsKnown(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  return (instant) => {
    const [, sign, hours, minutes, seconds = "0"] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(format.format(instant)) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000 + Number(seconds) * 1_000;
    return sign === "-" ? -size : size;
  };
}

/** The last instant with the old offset and the first with the new one, of every change between two instants. */
function instantsAroundChanges(offsetAt: (instant: number) => number, from: number, to: number): number[] {
  const step = 14 * dayMs;
  const found: number[] = [];
  for (let start = from; start < to; start += step) {
    let [low, high] = [start, Math.min(start + step, to)];
    if (offsetAt(low) === offsetAt(high)) continue;
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (offsetAt(middle) === offsetAt(low)) low = middle;
      else high = middle;
    }
    found.push(low, high);
  }
  return found;
}

function expectSameOffsets(zone: string, year: number, lastYear: number): void {
  const from = Date.UTC(year, 0, 1);
  const to = Date.UTC(lastYear + 1, 0, 1) - 1_000;
  const read = offsetsRead(textOf(zone, from), lastYear);
  const known = offsetsKnown(zone);
  const everyTenDays = Array.from(
    { length: Math.floor((to - from) / (10 * dayMs)) },
    (_, index) => from + index * 10 * dayMs,
  );
  const instants = [...instantsAroundChanges(known, from, to), ...everyTenDays, to];
  const wrong = instants
    .filter((instant) => read(instant) !== known(instant))
    .map((instant) => `${zone} from ${year}: ${new Date(instant).toISOString()}`);
  expect(wrong).toEqual([]);
}

describe("the VTIMEZONE of a zone", () => {
  it.each([
    "America/New_York",
    "America/Vancouver",
    "America/Edmonton",
    "America/Santiago",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Gaza",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Pacific/Apia",
  ])("gives %s the offsets of the tz database from 2010 to 2037, to the second", (zone) => {
    expectSameOffsets(zone, 2010, 2037);
  });

  it("gives every zone the offsets of the tz database, from any year on", () => {
    const cases = fc.tuple(fc.constantFrom(...zones), fc.integer({ min: 1980, max: 2036 }));
    fc.assert(
      fc.property(cases, ([zone, year]) => expectSameOffsets(zone, year, Math.min(year + 4, 2037))),
      { numRuns: 25, seed: 20261122 },
    );
  });

  it.each(["America/New_York", "Europe/Berlin", "America/Santiago", "Australia/Sydney", "America/Nuuk"])(
    "goes on after 2037 in %s",
    (zone) => expectSameOffsets(zone, 2036, 2050),
  );

  it("is small, whatever the year", () => {
    const years = [
      Number.NaN,
      -62_000_000_000_000,
      Date.UTC(1970, 0, 1),
      Date.UTC(2026, 0, 1),
      Date.UTC(9999, 0, 1),
    ];
    const sample = zones.filter((_, index) => index % 60 === 0);
    const sizes = [...sample, "Pacific/Easter"].flatMap((zone) =>
      years.map((from) => timeZoneBlock(zone, from)?.component.children.length ?? 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(24);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
  });

  it("is the same object for all events of a year", () => {
    const january = timeZoneBlock("Europe/Berlin", Date.UTC(2026, 0, 1));
    expect(timeZoneBlock("Europe/Berlin", Date.UTC(2026, 11, 31))).toBe(january);
    expect(timeZoneBlock("Europe/Berlin", Date.UTC(2027, 0, 1))).not.toBe(january);
  });

  it("has a rule where the clocks change alike every year, and dates where they do not", () => {
    expect(textOf("Europe/Berlin", Date.UTC(2026, 5, 1)).match(/RRULE|RDATE/g)).toEqual(["RRULE", "RRULE"]);
    expect(textOf("America/Vancouver", Date.UTC(2026, 5, 1))).not.toContain("RRULE");
    expect(textOf("Asia/Kolkata", Date.UTC(2026, 5, 1)).match(/BEGIN:\w+/g)).toEqual([
      "BEGIN:VTIMEZONE",
      "BEGIN:STANDARD",
    ]);
  });

  it.each([
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["US/Eastern", "America/New_York"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["europe/berlin", "Europe/Berlin"],
    ["Europe/Oslo", "Europe/Oslo"],
    ["Etc/GMT+5", "Etc/GMT+5"],
    ["Etc/Zulu", "UTC"],
  ])("of %s goes by the name %s", (zone, tzid) => {
    const block = timeZoneBlock(zone, Date.UTC(2026, 0, 1));
    expect(block?.tzid).toBe(tzid);
    expect(block && [valueOf(block.component, "TZID"), valueOf(block.component, "X-LIC-LOCATION")]).toEqual([
      tzid,
      tzid,
    ]);
  });

  it("exists for IANA zones only", () => {
    expect(timeZoneBlock("Pacific Standard Time", 0)).toBeNull();
    expect(timeZoneBlock("+02:00", 0)).toBeNull();
  });
});
