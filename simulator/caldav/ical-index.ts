import { firstProperty, propertiesNamed, type IcalComponent } from "./ical-text.ts";
import { durationMs, instantOf, timeOf, timesOf, wallAt, type WallTime } from "./ical-time.ts";
import { parseRule, ruleOccurrences } from "./ical-recurrence.ts";

/** What a server keeps beside a stored object to answer queries. Instants are epoch milliseconds. */
export type IcalIndex = {
  readonly uid: string;
  /** VEVENT, VTODO or VJOURNAL; empty where there is none. */
  readonly component: string;
  readonly first: number | undefined;
  readonly last: number | undefined;
};

/** sabre/vobject's `Settings::$maxRecurrences`: the iterator throws when it steps past this many instances. */
const maxRecurrences = 3500;
const maxDate = Date.UTC(2038, 0, 1);

/** The recurrence cannot be stored or searched; sabre answers 500 with this exception. */
export class RecurrenceError extends Error {
  override readonly name = "RecurrenceError";
  readonly exception: string;

  constructor(exception: string, message: string) {
    super(message);
    this.exception = exception;
  }
}

/** The components other than VTIMEZONE. */
export function mainComponents(calendar: IcalComponent): IcalComponent[] {
  return calendar.components.filter((component) => ["VEVENT", "VTODO", "VJOURNAL"].includes(component.name));
}

/**
 * Computes the index of an object as sabre's PDO backend does (`getDenormalizedData`).
 *
 * @throws RecurrenceError for an unknown FREQ, no instance at all, or a finite rule over the limit.
 */
export function indexObject(calendar: IcalComponent): IcalIndex {
  const main = mainComponents(calendar);
  const first = main[0];
  if (!first) return { uid: "", component: "", first: undefined, last: undefined };
  const uid = firstProperty(first, "UID")?.value ?? "";
  if (first.name !== "VEVENT") return { uid, component: first.name, first: undefined, last: undefined };
  const start = timeOf(firstProperty(first, "DTSTART"));
  const startsAt = start ? instantOf(start) : undefined;
  if (!start || !firstProperty(first, "RRULE")) {
    return {
      uid,
      component: first.name,
      first: startsAt,
      last: start ? instantOf(start) + lengthOf(first, start) : undefined,
    };
  }
  const master = main.find((component) => !firstProperty(component, "RECURRENCE-ID")) ?? first;
  return { uid, component: first.name, first: startsAt, last: lastOccurrence(master) };
}

/** The index of an object whose recurrence cannot be computed: open-ended. For servers that accept such objects. */
export function indexWithoutRecurrence(calendar: IcalComponent): IcalIndex {
  const first = mainComponents(calendar)[0];
  const start = first && timeOf(firstProperty(first, "DTSTART"));
  return {
    uid: (first && firstProperty(first, "UID")?.value) ?? "",
    component: first?.name ?? "",
    first: start && instantOf(start),
    last: maxDate,
  };
}

function lastOccurrence(master: IcalComponent): number {
  const rule = parseRule(firstProperty(master, "RRULE")?.value ?? "");
  const occurrences = occurrencesOf(master);
  let last: number | undefined;
  let seen = 0;
  const infinite = rule?.count === undefined && rule?.until === undefined;
  for (const occurrence of occurrences) {
    seen += 1;
    last = occurrence.end;
    if (infinite) return maxDate;
    if (seen >= maxRecurrences) throw tooMany();
    if (last >= maxDate) break;
  }
  if (last === undefined) {
    throw new RecurrenceError(
      "Sabre\\VObject\\Recur\\NoInstancesException",
      "This recurrence rule does not generate any valid instances",
    );
  }
  return last;
}

function tooMany(): RecurrenceError {
  return new RecurrenceError(
    "Sabre\\VObject\\Recur\\MaxInstancesExceededException",
    `Recurring events are only allowed to generate ${maxRecurrences}`,
  );
}

function* occurrencesOf(master: IcalComponent): Generator<{ start: number; end: number }> {
  const start = timeOf(firstProperty(master, "DTSTART"));
  if (!start) return;
  const length = lengthOf(master, start);
  const excluded = new Set(
    propertiesNamed(master, "EXDATE")
      .flatMap(timesOf)
      .map((time) => (time.zone === start.zone ? time.wall : wallAt(instantOf(time), start.zone))),
  );
  for (const wall of wallsOf(master, start)) {
    if (excluded.has(wall)) continue;
    const instant = instantOf({ ...start, wall });
    yield { start: instant, end: instant + length };
  }
}

function* wallsOf(master: IcalComponent, start: WallTime): Generator<number> {
  const added = propertiesNamed(master, "RDATE").flatMap(timesOf);
  if (added.length > 0) {
    yield* [...new Set([start.wall, ...added.map((time) => wallAt(instantOf(time), start.zone))])].toSorted(
      (a, b) => a - b,
    );
    return;
  }
  const written = firstProperty(master, "RRULE");
  if (!written) {
    yield start.wall;
    return;
  }
  const rule = parseRule(written.value);
  if (!rule) {
    throw new RecurrenceError(
      "Sabre\\VObject\\InvalidDataException",
      `Unknown value in RRULE ${written.value}`,
    );
  }
  yield* ruleOccurrences(rule, start);
}

function lengthOf(event: IcalComponent, start: WallTime): number {
  const end = timeOf(firstProperty(event, "DTEND"));
  if (end) return instantOf(end) - instantOf(start);
  const duration = firstProperty(event, "DURATION");
  if (duration) return durationMs(duration.value);
  return start.dateOnly ? 24 * 3600 * 1000 : 0;
}

/**
 * Whether one VEVENT overlaps a span, stepping through its instances one by one like sabre's iterator.
 *
 * @throws RecurrenceError where more than the allowed instances lie before the span: the poison object.
 */
export function overlaps(event: IcalComponent, from: number, to: number): boolean {
  let seen = 0;
  const recurs = event.properties.some((property) => property.name === "RRULE" || property.name === "RDATE");
  for (const occurrence of occurrencesOf(event)) {
    seen += 1;
    if (seen > maxRecurrences) throw tooMany();
    const over = recurs
      ? occurrence.end <= from
      : occurrence.end <= from && occurrence.end > occurrence.start;
    if (over) continue;
    if (!recurs && occurrence.end === occurrence.start)
      return occurrence.start >= from && occurrence.start < to;
    return occurrence.start < to;
  }
  return false;
}
