import {
  firstProperty,
  type IcalComponent,
  type IcalProperty,
  parseIcal,
  propertiesNamed,
} from "../../simulator/caldav/ical-text.ts";
import { naiveInstant } from "../unit/graph-translate/naive-expander.ts";

const dayMs = 86_400_000;
const dayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** One occurrence: milliseconds since 1970; whole days as midnight UTC. */
export type Shown = {
  readonly title: string;
  readonly isAllDay: boolean;
  readonly start: number;
  readonly end: number;
};

/** A value on the clock of its zone; whole days and UTC have the zone "UTC". */
type Time = { readonly wall: number; readonly zone: string; readonly isDate: boolean };

/** What a zone-aware reader without any cleverness (it tries every day) shows of an object up to `until`. */
export function showObject(ics: string, floatingZone: string, until: number): Shown[] {
  const events = parseIcal(ics).components.filter((component) => component.name === "VEVENT");
  const overrides = events.filter((event) => firstProperty(event, "RECURRENCE-ID") !== undefined);
  const replaced = new Set(overrides.map((event) => instantOf(timeOf(event, "RECURRENCE-ID", floatingZone))));
  const shown: Shown[] = [];
  for (const event of events) {
    const start = timeOf(event, "DTSTART", floatingZone);
    const end = endOf(event, start, floatingZone);
    const isOverride = overrides.includes(event);
    const excluded = new Set(
      propertiesNamed(event, "EXDATE")
        .flatMap((line) => timesOf(line, floatingZone))
        .map(instantOf),
    );
    const walls = isOverride ? [start.wall] : wallsOf(event, start, floatingZone, until);
    for (const wall of walls) {
      const at = instantOf({ ...start, wall });
      if (excluded.has(at) || (!isOverride && replaced.has(at))) continue;
      const ends = instantOf({ ...end, wall: end.wall + wall - start.wall });
      shown.push({ title: titleOf(event), isAllDay: start.isDate, start: at, end: ends });
    }
  }
  return shown;
}

function titleOf(event: IcalComponent): string {
  return (firstProperty(event, "SUMMARY")?.value ?? "").replaceAll(/\\(.)/g, (_, sign: string) =>
    sign === "n" ? "\n" : sign,
  );
}

function endOf(event: IcalComponent, start: Time, floatingZone: string): Time {
  if (firstProperty(event, "DTEND") !== undefined) return timeOf(event, "DTEND", floatingZone);
  return start.isDate ? { ...start, wall: start.wall + dayMs } : start;
}

function timeOf(event: IcalComponent, name: string, floatingZone: string): Time {
  const line = firstProperty(event, name);
  const [time] = line === undefined ? [] : timesOf(line, floatingZone);
  if (time === undefined) throw new Error(`There is no readable ${name}.`);
  return time;
}

function timesOf(line: IcalProperty, floatingZone: string): Time[] {
  const zone = line.params.get("TZID")?.[0] ?? floatingZone;
  return line.value.split(",").map((value) => readTime(value, zone));
}

function readTime(value: string, zone: string): Time {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value.trim());
  if (found === null) throw new Error(`${value} is neither a date nor a time.`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const isDate = found[4] === undefined;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return { wall, zone: isDate || found[7] === "Z" ? "UTC" : zone, isDate };
}

const instants = new Map<string, number>();

function instantOf({ wall, zone }: Time): number {
  if (zone === "UTC") return wall;
  const key = `${wall} ${zone}`;
  const instant = instants.get(key) ?? naiveInstant(wall, zone);
  instants.set(key, instant);
  return instant;
}

function wallsOf(event: IcalComponent, start: Time, floatingZone: string, until: number): number[] {
  const walls = new Set([start.wall]);
  for (const line of propertiesNamed(event, "RRULE")) {
    for (const wall of ruleWalls(line.value, start, floatingZone, until + dayMs)) walls.add(wall);
  }
  for (const line of propertiesNamed(event, "RDATE"))
    for (const time of timesOf(line, start.zone)) walls.add(time.wall);
  return [...walls];
}

type Rule = {
  readonly parts: ReadonlyMap<string, string>;
  readonly interval: number;
  readonly start: number;
};

function ruleWalls(text: string, start: Time, floatingZone: string, until: number): number[] {
  const parts = new Map(text.split(";").map((part) => [part.split("=")[0] ?? "", part.split("=")[1] ?? ""]));
  const rule = { parts, interval: Number(parts.get("INTERVAL") ?? 1), start: start.wall };
  const count = Number(parts.get("COUNT") ?? Number.POSITIVE_INFINITY);
  const untilText = parts.get("UNTIL");
  const last = untilText === undefined ? null : readTime(untilText, floatingZone);
  const walls: number[] = [];
  for (let wall = start.wall; wall <= until && walls.length < count; wall += dayMs) {
    // Even where the rule does not give it, the start is an occurrence and counts.
    if (wall !== start.wall && !isDayOf(rule, wall)) continue;
    if (last !== null && isAfter({ ...start, wall }, last)) break;
    walls.push(wall);
  }
  return walls;
}

function isAfter(time: Time, last: Time): boolean {
  return last.isDate ? time.wall >= last.wall + dayMs : instantOf(time) > instantOf(last);
}

function isDayOf(rule: Rule, wall: number): boolean {
  const position = rule.parts.get("BYSETPOS");
  if (position === undefined) return fits(rule, wall);
  const period = monthOf(wall).filter((day) => fits(rule, day));
  return position
    .split(",")
    .some((each) => period.at(Number(each) > 0 ? Number(each) - 1 : Number(each)) === wall);
}

/** All days of the month, at the same time of day. */
function monthOf(wall: number): number[] {
  const date = new Date(wall).getUTCDate();
  return Array.from({ length: lastDate(wall) }, (_, index) => wall + (index + 1 - date) * dayMs);
}

function lastDate(wall: number): number {
  return new Date(
    Date.UTC(new Date(wall).getUTCFullYear(), new Date(wall).getUTCMonth() + 1, 0),
  ).getUTCDate();
}

function fits(rule: Rule, wall: number): boolean {
  const { parts, interval, start } = rule;
  const months = monthNumber(wall) - monthNumber(start);
  const years = new Date(wall).getUTCFullYear() - new Date(start).getUTCFullYear();
  const byMonth = list(parts, "BYMONTH");
  if (byMonth.length > 0 && !byMonth.includes(String(new Date(wall).getUTCMonth() + 1))) return false;
  const frequency = parts.get("FREQ") ?? "";
  switch (frequency) {
    case "DAILY":
      return Math.round((wall - start) / dayMs) % interval === 0 && fitsWeekday(rule, wall, false);
    case "WEEKLY":
      return (
        (weekNumber(rule, wall) - weekNumber(rule, start)) % interval === 0 && fitsWeekday(rule, wall, true)
      );
    case "MONTHLY":
      return months % interval === 0 && fitsDayOfMonth(rule, wall);
    case "YEARLY":
      return (
        years % interval === 0 &&
        (byMonth.length > 0 || new Date(wall).getUTCMonth() === new Date(start).getUTCMonth()) &&
        fitsDayOfMonth(rule, wall)
      );
    default:
      throw new Error(`No reader is written for ${frequency}.`);
  }
}

function list(parts: Rule["parts"], name: string): string[] {
  return (parts.get(name) ?? "").split(",").filter((each) => each !== "");
}

function monthNumber(wall: number): number {
  return new Date(wall).getUTCFullYear() * 12 + new Date(wall).getUTCMonth();
}

function weekNumber({ parts }: Rule, wall: number): number {
  // 4 January 1970 was a Sunday.
  return Math.floor((Math.floor(wall / dayMs) - 3 - dayNames.indexOf(parts.get("WKST") ?? "MO")) / 7);
}

function fitsWeekday({ parts, start }: Rule, wall: number, isWeekly: boolean): boolean {
  const days = list(parts, "BYDAY");
  const today = new Date(wall).getUTCDay();
  if (days.length === 0) return !isWeekly || today === new Date(start).getUTCDay();
  return days.includes(dayNames[today] ?? "");
}

function fitsDayOfMonth({ parts, start }: Rule, wall: number): boolean {
  const date = new Date(wall).getUTCDate();
  const dates = list(parts, "BYMONTHDAY").map(Number);
  const days = list(parts, "BYDAY");
  if (dates.length === 0 && days.length === 0) return date === new Date(start).getUTCDate();
  const last = lastDate(wall);
  const fitsDate = dates.length === 0 || dates.some((each) => (each > 0 ? each : last + 1 + each) === date);
  const fitsDay =
    days.length === 0 ||
    days.some((each) => {
      const [, nth = "", name = ""] = /^([+-]?\d+)?([A-Z]{2})$/.exec(each) ?? [];
      if (dayNames[new Date(wall).getUTCDay()] !== name) return false;
      if (nth === "") return true;
      return Number(nth) > 0
        ? Math.ceil(date / 7) === Number(nth)
        : Math.ceil((last + 1 - date) / 7) === -Number(nth);
    });
  return fitsDate && fitsDay;
}
