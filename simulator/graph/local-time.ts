import windowsZones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };

/**
 * Wall-clock readings are kept as "wall milliseconds": what Date.UTC gives for the reading, zone unsaid.
 * Days are whole days since 1970-01-01 of such a reading.
 */
export const dayMs = 86_400_000;

const ianaByWindows = new Map<string, string>(
  windowsZones.supplemental.windowsZones.mapTimezones
    .filter(({ mapZone: { _territory: territory } }) => territory === "001")
    .map(({ mapZone: { _other: windows, _type: iana } }) => [windows, iana]),
);

const formats = new Map<string, Intl.DateTimeFormat>();
const dailyOffsets = new Map<string, Map<number, number | "changes">>();

/** All Windows zone names that are known. */
export const windowsZoneNames: readonly string[] = [...ianaByWindows.keys()];

/** The IANA zone for a Windows or IANA name; null where Exchange would not know it. */
export function resolveZone(name: string): string | null {
  if (name === "UTC" || name === "tzone://Microsoft/Utc") return "UTC";
  const iana = ianaByWindows.get(name);
  if (iana !== undefined) return iana;
  if (!/^[A-Za-z]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) return null;
  try {
    formatOf(name);
    return name;
  } catch {
    return null;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

function computedOffset(zone: string, instant: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}

/** Offset from UTC in milliseconds, east positive. Days without a transition are answered from memory. */
function offsetAt(zone: string, instant: number): number {
  const days = dailyOffsets.get(zone) ?? new Map<number, number | "changes">();
  dailyOffsets.set(zone, days);
  const day = Math.floor(instant / dayMs);
  let known = days.get(day);
  if (known === undefined) {
    const before = computedOffset(zone, day * dayMs);
    known = before === computedOffset(zone, (day + 1) * dayMs) ? before : "changes";
    days.set(day, known);
  }
  return known === "changes" ? computedOffset(zone, instant) : known;
}

/** The wall clock of a zone at an instant. */
export function toWall(zone: string, instant: number): number {
  return instant + offsetAt(zone, instant);
}

/** The instant of a wall clock: the first of two (clocks set back), moved on by the gap where there is none. */
export function toInstant(zone: string, wall: number): number {
  const early = wall - offsetAt(zone, wall - dayMs);
  if (toWall(zone, early) === wall) return early;
  const late = wall - offsetAt(zone, wall + dayMs);
  return toWall(zone, late) === wall ? late : early;
}

/** Two wall clocks of a zone as instants. An end that the missing hour swallows keeps its distance. */
export function toInstants(
  zone: string,
  { startWall, endWall }: { readonly startWall: number; readonly endWall: number },
): { readonly start: number; readonly end: number } {
  const start = toInstant(zone, startWall);
  const end = toInstant(zone, endWall);
  return { start, end: end <= start ? start + endWall - startWall : end };
}

/** Reads `2026-01-05T09:00[:00[.0000000]]` or `2026-01-05` as wall milliseconds. @throws Error */
export function parseWall(text: string): number {
  const wall = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?)?$/.test(text)
    ? Date.parse(`${text.includes("T") ? text.replace(/(\.\d{3})\d*$/, "$1") : `${text}T00:00`}Z`)
    : Number.NaN;
  if (Number.isNaN(wall)) throw new Error(`"${text}" is not a local date and time without an offset.`);
  return wall;
}

/** `2026-01-05T09:00:00.0000000`, as Graph writes dateTime. */
export function formatWall(wall: number): string {
  return `${new Date(wall).toISOString().slice(0, 23)}0000`;
}

/** `2026-01-05` for a day number. */
export function formatDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The day number of a wall clock reading. */
export function dayOf(wall: number): number {
  return Math.floor(wall / dayMs);
}
