import { calendarZones, type CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, eventsOf, lineOf, mapEvents, valueOf } from "../../calendar/component.ts";
import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import { formatDateValue } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { peopleAsText } from "../../calendar/people-as-text.ts";
import { tzidOf } from "../../calendar/tzid.ts";
import { repairAlarms } from "./alarms.ts";
import { readDate } from "./date-text.ts";
import { once } from "./once.ts";
import { repairLine } from "./repair-line.ts";
import { repairRule } from "./repair-rule.ts";
import { readableTimes, withEnd } from "./repair-times.ts";
import { inSeriesForm, ownZone } from "./series-form.ts";
import { addTimeZones } from "./time-zones.ts";
import { readableBlocks } from "./zone-blocks.ts";

/** A calendar that sabre/dav takes as it is and that nobody is mailed for; or why there is none, a full sentence. */
export type Repaired =
  | { readonly kind: "calendar"; readonly calendar: Component; readonly zones: CalendarZones }
  | { readonly kind: "problem"; readonly problem: string };

/** Properties that sabre/vobject allows once in a VEVENT (RFC 5545 3.6.1). */
const single = new Set(
  "CLASS CREATED DESCRIPTION DTEND DTSTAMP DTSTART DURATION GEO LAST-MODIFIED LOCATION ORGANIZER PRIORITY RECURRENCE-ID SEQUENCE STATUS SUMMARY TRANSP UID URL".split(
    " ",
  ),
);

/**
 * Repairs what the sink would refuse or change in a calendar of one UID, VEVENT by VEVENT; everything else keeps its
 * text. `zone` (IANA) is for times of no known zone; what was done is added to `notes`.
 */
export function repairCalendar(given: Component, zone: string, notes: Set<string>): Repaired {
  const blocks = readableBlocks(given.children, notes);
  const described = new Set(blocks.map(tzidOf));
  const events: Component[] = [];
  for (const child of eventsOf(given)) {
    if (hasTwoStarts(child, { ...given, children: blocks }, zone))
      return { kind: "problem", problem: "It has two different starts." };
    const event = repairProperties(child, described, notes);
    if (typeof event === "string") return { kind: "problem", problem: event };
    events.push(event);
  }
  const withBlocks = addTimeZones({ ...given, children: [...blocks, ...events] }, zone);
  for (const note of withBlocks.notes) notes.add(note);
  const zones = calendarZones(withBlocks.calendar, zone);
  const ended = mapEvents(withBlocks.calendar, (event) => withEnd(event, zones, described, notes));
  const calendar = inSeriesForm(onlyOnce(ended, notes), zones);
  const own = ownZone(calendar, zones);
  const ruled: Component[] = [];
  for (const event of eventsOf(calendar)) {
    const repaired = withReadableRules(event, { zones, own, notes });
    if (typeof repaired === "string") return { kind: "problem", problem: repaired };
    ruled.push(repaired);
  }
  const others = calendar.children.filter((child) => child.name !== "VEVENT");
  const lines = headLines(calendar, notes);
  return {
    kind: "calendar",
    calendar: { ...calendar, lines, children: [...others, ...unique(ruled, zones, notes)] },
    zones,
  };
}

/** What a calendar may not say, or only its events: METHOD would make an invitation of it. */
const isOfEvents =
  /^(?:METHOD|VERSION|DT.*|DUE|DURATION|RDATE|EXDATE|RRULE|EXRULE|RECURRENCE-ID|TRIGGER|ATTENDEE|ORGANIZER)$/;

function headLines(calendar: Component, notes: Set<string>): ContentLine[] {
  const kept = once(
    calendar.lines.flatMap((line) => repairLine(line, notes) ?? []),
    new Set(["VERSION", "PRODID", "CALSCALE", "METHOD"]),
  ).filter((line) => !isOfEvents.test(line.name));
  const product = kept.some((line) => line.name === "PRODID");
  return [
    contentLine("VERSION", "2.0"),
    ...(product ? [] : [contentLine("PRODID", "-//Kalends//Kalends//EN")]),
    ...kept,
  ];
}

function repairProperties(
  given: Component,
  described: ReadonlySet<string>,
  notes: Set<string>,
): Component | string {
  const read = given.lines.flatMap((line) =>
    line.name === "X-KALENDS-ID" || isEmptyRule(line) ? [] : (repairLine(line, notes) ?? []),
  );
  const lines = once(read, single);
  if (lines.length < read.length) notes.add("A property that may stand once stood twice; the first counts.");
  const event = readableTimes({ ...given, lines }, described, notes);
  if (typeof event === "string") return event;
  return peopleAsText({ ...withStamp(event), children: repairAlarms(event.children, notes) });
}

/** Whether its DTSTARTs are of different days or instants; of those that are not, the first counts. */
function hasTwoStarts(event: Component, described: Component, zone: string): boolean {
  const lines = event.lines.filter((line) => line.name === "DTSTART");
  if (lines.length < 2) return false;
  const zones = calendarZones(described, zone);
  const starts = lines.map((line) => {
    const value = readDate(line.value, parameterOf(line, "TZID"));
    if (value === null) return line.value.trim();
    return value.form === "date" ? `date ${value.wall}` : `time ${zones.instant(value)}`;
  });
  return new Set(starts).size > 1;
}

const recurs = /^(?:RRULE|EXRULE|RDATE|EXDATE)$/;

const isRule = (line: ContentLine): boolean => line.name === "RRULE" || line.name === "EXRULE";

const isEmptyRule = (line: ContentLine): boolean => isRule(line) && line.value.trim() === "";

/** DTSTAMP is required; without one, the last change or else the start, so that it stays the same tomorrow. */
function withStamp(event: Component): Component {
  if (lineOf(event, "DTSTAMP") !== null) return event;
  const value =
    firstDate(event, "LAST-MODIFIED") ?? firstDate(event, "CREATED") ?? firstDate(event, "DTSTART");
  const line = contentLine("DTSTAMP", formatDateValue({ form: "utc", wall: value?.wall ?? 0 }));
  return { ...event, lines: [...event.lines, line] };
}

/** Each rule once and in words that servers know; an occurrence has none, whatever it says. */
function withReadableRules(event: Component, around: Parameters<typeof repairRule>[2]): Component | string {
  const start = firstDate(event, "DTSTART");
  if (start === null || !event.lines.some((line) => recurs.test(line.name))) return event;
  if (lineOf(event, "RECURRENCE-ID") !== null) {
    const lines = event.lines.filter((line) => !recurs.test(line.name));
    if (event.lines.some(isRule))
      around.notes.add("An occurrence had a rule of its own, which was left out.");
    return { ...event, lines };
  }
  const seen = new Set<string>();
  const lines: ContentLine[] = [];
  for (const line of event.lines) {
    if (!isRule(line)) {
      lines.push(line);
      continue;
    }
    const rule = repairRule(line.value, start, around);
    if (rule.kind === "problem") return rule.problem;
    if (seen.has(`${line.name}:${rule.text}`)) continue;
    seen.add(`${line.name}:${rule.text}`);
    lines.push(rule.text === line.value ? line : contentLine(line.name, rule.text));
  }
  return { ...event, lines };
}

/** One master: of several, the one that was changed last. */
function onlyOnce(calendar: Component, notes: Set<string>): Component {
  const masters = eventsOf(calendar).filter((event) => lineOf(event, "RECURRENCE-ID") === null);
  if (masters.length < 2) return calendar;
  const [newest] = masters.toSorted((a, b) => compareRevisions(revision(b), revision(a)));
  notes.add("It was described twice; the description that was changed last counts.");
  return mapEvents(calendar, (event) =>
    event === newest || lineOf(event, "RECURRENCE-ID") !== null ? event : null,
  );
}

function revision(event: Component): readonly [number, number] {
  const changed = firstDate(event, "LAST-MODIFIED") ?? firstDate(event, "DTSTAMP");
  return [Number(valueOf(event, "SEQUENCE") ?? 0), changed?.wall ?? 0];
}

function compareRevisions(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** Each occurrence once: the description that was changed last counts, of equal ones the last. */
function unique(events: readonly Component[], zones: CalendarZones, notes: Set<string>): Component[] {
  const byInstance = new Map<string, Component>();
  for (const event of events) {
    const original = firstDate(event, "RECURRENCE-ID");
    const key = original === null ? "" : `${original.form === "date"} ${zones.instant(original)}`;
    const known = byInstance.get(key);
    if (known !== undefined) notes.add("An occurrence was described twice; the newest description counts.");
    if (known === undefined || compareRevisions(revision(event), revision(known)) >= 0)
      byInstance.set(key, event);
  }
  return [...byInstance.values()];
}
