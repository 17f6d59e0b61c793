import { type CalendarZones, calendarZones } from "./calendar-zones.ts";
import { type Component, eventsOf, parseCalendar, valueOf } from "./component.ts";
import { type ContentLine, parameterOf, unescapeText } from "./content-line.ts";
import { dayMs } from "./date-value.ts";
import { allDates, eventTimes } from "./event-times.ts";
import { exactWall, masterOf, seriesStarts, untilWall } from "./recurrence.ts";
import { parseRule } from "./rule.ts";

/** What a calendar object says about itself, for lists, comparisons and adoption. */
export type ObjectFacts = {
  readonly uid: string;
  readonly summary: string;
  /** First start, an ISO instant in UTC (all-day: midnight UTC). */
  readonly start: string;
  /** End of the last occurrence; null for a series without end. */
  readonly end: string | null;
  readonly isAllDay: boolean;
  /** RRULE value of the master, or null. */
  readonly rule: string | null;
  readonly organizer: Person | null;
  readonly attendees: readonly Person[];
  /** X-KALENDS-ID as it stands, not verified; null if absent. */
  readonly kalendsId: string | null;
};

/** `address` without `mailto:`; `status` is PARTSTAT, empty if absent. */
export type Person = { readonly name: string; readonly address: string; readonly status: string };

/** Facts, or what is wrong with the text as a full sentence. */
export type ReadObject =
  | { readonly kind: "facts"; readonly facts: ObjectFacts }
  | { readonly kind: "problem"; readonly problem: string };

/** Reads an iCalendar text; `zone` (IANA) is for floating times and unknown TZIDs. Never throws for a bad text. */
export function readObject(ics: string, zone: string): ReadObject {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable")
    return parsed.problem === "" ? problem("It is empty.") : problem(parsed.problem);
  const zones = calendarZones(parsed.calendar, zone);
  const event = masterOf(parsed.calendar) ?? eventsOf(parsed.calendar)[0];
  if (event === undefined) return problem("It holds no VEVENT.");
  const span = spanOf(parsed.calendar, zones);
  if (span === null) return problem("It has no readable DTSTART.");
  const organizer = event.lines.find((line) => line.name === "ORGANIZER");
  return {
    kind: "facts",
    facts: {
      uid: unescapeText(valueOf(event, "UID") ?? "").trim(),
      summary: unescapeText(valueOf(event, "SUMMARY") ?? ""),
      start: new Date(span.start).toISOString(),
      end: span.end === null ? null : new Date(span.end).toISOString(),
      isAllDay: eventTimes(event, zones)?.start.form === "date",
      rule: valueOf(event, "RRULE"),
      organizer: organizer === undefined ? null : personOf(organizer),
      attendees: event.lines.filter((line) => line.name === "ATTENDEE").map(personOf),
      kalendsId: valueOf(event, "X-KALENDS-ID"),
    },
  };
}

function problem(text: string): ReadObject {
  return { kind: "problem", problem: text };
}

/** The person that an ORGANIZER or ATTENDEE line names. */
export function personOf(line: ContentLine): Person {
  const address = line.value.trim().replace(/^mailto:/i, "");
  return {
    name: (parameterOf(line, "CN") ?? "").trim(),
    address: address.includes("@") ? address : (parameterOf(line, "EMAIL") ?? ""),
    status: parameterOf(line, "PARTSTAT")?.toUpperCase() ?? "",
  };
}

/** First start and end of the last occurrence (null: endless), instants in milliseconds; null without a readable start. */
export function spanOf(
  calendar: Component,
  zones: CalendarZones,
): { readonly start: number; readonly end: number | null } | null {
  const spans = eventsOf(calendar).flatMap((event) => {
    const times = eventTimes(event, zones);
    if (times === null) return [];
    const zone = zones.of(times.start);
    return [{ start: zones.instant(times.start), end: zone.toInstant(times.start.wall + times.length) }];
  });
  if (spans.length === 0) return null;
  const master = masterOf(calendar);
  const last = master === null ? Number.NEGATIVE_INFINITY : lastEnd(master, zones);
  return {
    start: Math.min(...spans.map((span) => span.start)),
    end: last === null ? null : Math.max(last, ...spans.map((span) => span.end)),
  };
}

const mostStarts = 100_000;
const farthest = Date.UTC(2200, 0, 1);

/** End of the last occurrence of a master; null if it has none, or one too far away to be counted out. */
function lastEnd(master: Component, zones: CalendarZones): number | null {
  const times = eventTimes(master, zones);
  if (times === null) return Number.NEGATIVE_INFINITY;
  const zone = zones.of(times.start);
  const ends = (wall: number): number => zone.toInstant(wall + times.length);
  const rules = master.lines.filter((line) => line.name === "RRULE").map((line) => parseRule(line.value));
  let horizon = times.start.wall;
  for (const rule of rules) {
    const until = rule === null ? null : untilWall(rule, times.start, zones);
    if (rule !== null && until === null && rule.count === null) return null;
    horizon = Math.max(horizon, until ?? farthest);
  }
  const dates = allDates(master, "RDATE").map((date) => exactWall(date, times.start, zones));
  const last = Math.min(farthest, Math.max(horizon, ...dates));
  // The last one is looked for from the end: most series end within a few weeks of their UNTIL.
  for (const days of [40, 400, Number.POSITIVE_INFINITY]) {
    const from = Math.max(times.start.wall, last - days * dayMs);
    const starts = seriesStarts(master, times, zones, { from, until: last, limit: mostStarts });
    if (starts.kind !== "starts") return horizon >= farthest ? null : ends(horizon);
    const wall = starts.walls.at(-1);
    if (wall !== undefined) return ends(wall);
  }
  return ends(times.start.wall);
}
