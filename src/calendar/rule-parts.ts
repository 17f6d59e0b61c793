/** The BY parts of a rule as numbers; null where a part is absent. */
export type RuleParts = {
  readonly months: readonly number[] | null;
  readonly weekNumbers: readonly number[] | null;
  readonly yearDays: readonly number[] | null;
  readonly monthDays: readonly number[] | null;
  /** `nth` is 0 for every such day; weekdays count from 0, Sunday. */
  readonly weekdays: readonly { readonly nth: number; readonly weekday: number }[] | null;
  readonly hours: readonly number[] | null;
  readonly minutes: readonly number[] | null;
  readonly seconds: readonly number[] | null;
  readonly positions: readonly number[] | null;
  readonly weekStart: number;
};

const weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** Reads the BY parts (RFC 5545 3.3.10); null if a value is out of its range. */
export function readParts(parts: ReadonlyMap<string, string>): RuleParts | null {
  const read = {
    months: numbers(parts.get("BYMONTH"), 1, 12),
    weekNumbers: numbers(parts.get("BYWEEKNO"), -53, 53),
    yearDays: numbers(parts.get("BYYEARDAY"), -366, 366),
    monthDays: numbers(parts.get("BYMONTHDAY"), -31, 31),
    weekdays: weekdaysOf(parts.get("BYDAY")),
    hours: numbers(parts.get("BYHOUR"), 0, 23),
    minutes: numbers(parts.get("BYMINUTE"), 0, 59),
    seconds: numbers(parts.get("BYSECOND"), 0, 60)?.map((second) => Math.min(second, 59)),
    positions: numbers(parts.get("BYSETPOS"), -366, 366),
  };
  const weekStart = weekdayNames.indexOf(parts.get("WKST") ?? "MO");
  const { months, weekNumbers, yearDays, monthDays, weekdays, hours, minutes, seconds, positions } = read;
  if (months === undefined || weekNumbers === undefined || yearDays === undefined) return null;
  if (monthDays === undefined || weekdays === undefined || hours === undefined) return null;
  if (minutes === undefined || positions === undefined || weekStart === -1) return null;
  if (seconds === undefined && parts.has("BYSECOND")) return null;
  const known = { months, weekNumbers, yearDays, monthDays, weekdays, hours, minutes, positions, weekStart };
  return { ...known, seconds: seconds ?? null };
}

/** Null for an absent part, undefined for a bad one. A range that begins below zero has no zero in it. */
function numbers(text: string | undefined, least: number, most: number): number[] | null | undefined {
  if (text === undefined) return null;
  const values = text.split(",").map((piece) => (/^[+-]?\d{1,3}$/.test(piece.trim()) ? Number(piece) : NaN));
  const isGood = (value: number): boolean => value >= least && value <= most && (least >= 0 || value !== 0);
  return values.every(isGood) ? [...new Set(values)].toSorted((a, b) => a - b) : undefined;
}

function weekdaysOf(text: string | undefined): { nth: number; weekday: number }[] | null | undefined {
  if (text === undefined) return null;
  const found: { nth: number; weekday: number }[] = [];
  for (const piece of text.split(",")) {
    const [, nth = "", name = ""] = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(piece.trim()) ?? [];
    if (name === "" || Math.abs(Number(nth)) > 53 || (nth !== "" && Number(nth) === 0)) return undefined;
    found.push({ nth: Number(nth), weekday: weekdayNames.indexOf(name) });
  }
  return found;
}
