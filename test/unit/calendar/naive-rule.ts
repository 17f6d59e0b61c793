/** A plain reading of RFC 5545 3.3.10, day by day from the start: slow, and with nothing of the program in it. */
export function naiveStarts(rule: string, start: number, from: number, to: number): number[] {
  const parts = new Map(
    rule.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name, value];
    }),
  );
  const numbers = (name: string): number[] | undefined => parts.get(name)?.split(",").map(Number);
  const frequency = parts.get("FREQ") ?? "";
  const interval = Number(parts.get("INTERVAL") ?? 1);
  const weekStart = names.indexOf(parts.get("WKST") ?? "MO");
  const positions = numbers("BYSETPOS");
  const hours = numbers("BYHOUR") ?? [new Date(start).getUTCHours()];
  const found: number[] = [];
  let count = Number(parts.get("COUNT") ?? Number.POSITIVE_INFINITY);
  let current = Number.NaN;
  let set: number[] = [];
  const close = (): void => {
    const sorted = set.toSorted((a, b) => a - b);
    const kept =
      positions === undefined
        ? sorted
        : sorted.filter((_, at) => positions.includes(at + 1) || positions.includes(at - sorted.length));
    for (const wall of kept) {
      if (wall < start || count <= 0) continue;
      count--;
      if (wall >= from && wall <= to) found.push(wall);
    }
    set = [];
  };
  const period = (day: Date): number => {
    const first = new Date(start);
    if (frequency === "YEARLY") return day.getUTCFullYear() - first.getUTCFullYear();
    if (frequency === "MONTHLY") return period12(day) - period12(first);
    const week = (date: Date): number => Math.floor((dayOf(date) + 4 - weekStart) / 7);
    return frequency === "WEEKLY" ? week(day) - week(first) : dayOf(day) - dayOf(first);
  };
  const begin = Date.UTC(new Date(start).getUTCFullYear(), 0, 1) - 7 * dayMs;
  for (let wall = begin; wall <= to + 370 * dayMs; wall += dayMs) {
    const day = new Date(wall);
    const index = period(day);
    if (index !== current) close();
    current = index;
    if (index < 0 || index % interval !== 0 || !isDay(day, new Date(start), frequency, parts, weekStart))
      continue;
    set.push(...hours.map((hour) => wall + hour * 3_600_000 + (start % 3_600_000)));
  }
  return found;
}

const dayMs = 86_400_000;
const names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const dayOf = (date: Date): number => Math.floor(date.getTime() / dayMs);
const period12 = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();
const utc = (year: number, month: number, day: number): number => Date.UTC(year, month, day) / dayMs;

function isDay(
  day: Date,
  start: Date,
  frequency: string,
  parts: ReadonlyMap<string, string>,
  weekStart: number,
): boolean {
  const year = day.getUTCFullYear();
  const month = day.getUTCMonth();
  const number = dayOf(day);
  const weekday = day.getUTCDay();
  const lists = (name: string, ...values: readonly number[]): boolean => {
    const list = parts.get(name)?.split(",").map(Number);
    return list === undefined || values.some((value) => list.includes(value));
  };
  const fromEnds = (first: number, next: number): [number, number] => [number - first + 1, number - next];
  const inMonth = fromEnds(utc(year, month, 1), utc(year, month + 1, 1));
  const inYear = fromEnds(utc(year, 0, 1), utc(year + 1, 0, 1));
  const ofMonth = frequency === "MONTHLY" || parts.has("BYMONTH");
  const [nth, nthLast] = (ofMonth ? inMonth : inYear).map((n) =>
    n > 0 ? Math.ceil(n / 7) : Math.floor(n / 7),
  );
  const isNamed = parts
    .get("BYDAY")
    ?.split(",")
    .some((text) => {
      const place = Number(text.slice(0, -2));
      const isPlace = place === 0 || place === nth || place === nthLast;
      return names[weekday] === text.slice(-2) && (isPlace || !/^(?:YEAR|MONTH)LY$/.test(frequency));
    });
  const firstWeek = (of: number): number =>
    utc(of, 0, 4) - ((new Date(utc(of, 0, 4) * dayMs).getUTCDay() - weekStart + 7) % 7);
  const weekYear = [year + 1, year, year - 1].find((of) => firstWeek(of) <= number) ?? year;
  const week = Math.floor((number - firstWeek(weekYear)) / 7);
  const weeks = (firstWeek(weekYear + 1) - firstWeek(weekYear)) / 7;
  const named = ["BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"].filter((name) => parts.has(name));
  const isOpen = named.length === 0;
  if (frequency === "YEARLY" && isOpen && !parts.has("BYMONTH") && month !== start.getUTCMonth())
    return false;
  const takesMonthDay =
    (frequency === "YEARLY" && isOpen) ||
    (frequency === "MONTHLY" && !parts.has("BYMONTHDAY") && !parts.has("BYDAY"));
  if (takesMonthDay && day.getUTCDate() !== start.getUTCDate()) return false;
  const takesWeekday =
    (frequency === "WEEKLY" && !parts.has("BYDAY")) ||
    (frequency === "YEARLY" && named.join() === "BYWEEKNO");
  if (takesWeekday && weekday !== start.getUTCDay()) return false;
  return (
    (isNamed ?? true) &&
    lists("BYMONTH", month + 1) &&
    lists("BYMONTHDAY", ...inMonth) &&
    lists("BYYEARDAY", ...inYear) &&
    lists("BYWEEKNO", week + 1, week - weeks)
  );
}
