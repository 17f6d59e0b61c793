import {
  type Arbitrary,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  tuple,
  uniqueArray,
} from "fast-check";

const dayMs = 86_400_000;
const dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

function list(most: number, item: Arbitrary<number | string>): Arbitrary<string> {
  return uniqueArray(item, { minLength: 1, maxLength: most }).map((items) => items.join(","));
}

const signed = (most: number): Arbitrary<number> =>
  tuple(integer({ min: 1, max: most }), boolean()).map(([n, back]) => (back ? -n : n));

function maybe(name: string, value: Arbitrary<string | number>, weight = 4): Arbitrary<string> {
  return oneof(
    { weight, arbitrary: constant("") },
    { weight: 1, arbitrary: value.map((v) => `;${name}=${v}`) },
  );
}

/** RRULE values of all kinds, without an end, by RFC 5545; those of hours and minutes only if asked for. */
export function randomRule(finest: "DAILY" | "MINUTELY"): Arbitrary<string> {
  const coarse = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY"];
  const frequencies = finest === "DAILY" ? coarse : [...coarse, ...coarse, "HOURLY", "MINUTELY"];
  return constantFrom(...frequencies).chain((frequency) => {
    const isYearly = frequency === "YEARLY";
    const nth = isYearly ? signed(53) : signed(5);
    const numbered = tuple(nth, constantFrom(...dayNames)).map(([n, day]) => `${n}${day}`);
    const hasNth = isYearly || frequency === "MONTHLY";
    const weekday = hasNth ? oneof(constantFrom(...dayNames), numbered) : constantFrom(...dayNames);
    const none = constant("");
    return tuple(
      maybe("INTERVAL", integer({ min: 1, max: 6 }), 1),
      maybe("BYMONTH", list(3, integer({ min: 1, max: 12 }))),
      frequency === "WEEKLY" ? none : maybe("BYMONTHDAY", list(3, signed(31))),
      isYearly ? maybe("BYWEEKNO", list(3, signed(53)), 6) : none,
      isYearly ? maybe("BYYEARDAY", list(3, signed(366)), 8) : none,
      maybe("BYDAY", list(4, weekday), 1),
      maybe("BYHOUR", list(3, integer({ min: 0, max: 23 })), 9),
      maybe("BYSETPOS", list(2, signed(4)), 5),
      maybe("WKST", constantFrom(...dayNames), 2),
    ).map(([interval, ...parts]) => {
      const [months, monthDays, weeks, yearDays, days, hours, positions, weekStart] = parts;
      // A numbered day of a numbered week has no meaning (RFC 5545 3.3.10).
      const plainDays = weeks === "" ? days : days.replace(/-?\d+/g, "");
      const by = [months, monthDays, weeks, yearDays, plainDays, hours].join("");
      return `FREQ=${frequency}${interval}${by}${by === "" ? "" : positions}${weekStart}`;
    });
  });
}

/** Wall clocks on the hour, in milliseconds. */
export function randomStart(firstYear: number, lastYear: number): Arbitrary<number> {
  const days = { min: Date.UTC(firstYear, 0, 1) / dayMs, max: Date.UTC(lastYear, 11, 31) / dayMs };
  return tuple(integer(days), integer({ min: 4, max: 22 })).map(
    ([day, hour]) => day * dayMs + hour * 3_600_000,
  );
}

function basic(wall: number): string {
  return new Date(wall).toISOString().replace(/[-:]|\.\d+/g, "");
}

const ends = oneof(
  constant(""),
  constantFrom(1, 3, 40, 5_000).map((count) => `;COUNT=${count}`),
  randomStart(2025, 2060).map((wall) => `;UNTIL=${basic(wall)}`),
);

/** Series as iCalendar text: in UTC or a zone, ended or not, with excluded, added and moved occurrences. */
export const randomSeries: Arbitrary<string> = record({
  zone: constantFrom("", "Europe/Berlin", "America/New_York"),
  isAllDay: boolean(),
  start: oneof(randomStart(1604, 1995), randomStart(1996, 2027), randomStart(2010, 2026)),
  hours: constantFrom(1, 24, 100, 24 * 500),
  rule: randomRule("MINUTELY"),
  end: ends,
  added: oneof(
    { weight: 3, arbitrary: constant<number[]>([]) },
    uniqueArray(randomStart(2023, 2028), { maxLength: 3 }),
  ),
  // How far from a year before the window, in days: some of them are no occurrence, which must not matter.
  excluded: uniqueArray(integer({ min: 0, max: 900 }), { maxLength: 4 }),
  moved: uniqueArray(tuple(integer({ min: 0, max: 900 }), randomStart(2023, 2046)), {
    maxLength: 2,
  }),
}).map((given) => {
  const isDay = given.isAllDay;
  const time = given.start - Math.floor(given.start / dayMs) * dayMs;
  const value = (wall: number): string => {
    const text = basic(wall);
    return isDay ? text.slice(0, 8) : given.zone === "" ? text : text.slice(0, 15);
  };
  const parameter = isDay ? ";VALUE=DATE" : given.zone === "" ? "" : `;TZID=${given.zone}`;
  const line = (name: string, wall: number): string => `${name}${parameter}:${value(wall)}`;
  const occurrence = (days: number): number => Date.UTC(2025, 2, 1) + days * dayMs + time;
  const length = given.hours * 3_600_000 + (isDay ? dayMs : 0);
  const end = isDay ? given.end.replace(/T\d{6}Z/, "") : given.end;
  const head = ["BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z"];
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//test//EN",
    ...head,
    line("DTSTART", given.start),
    line("DTEND", given.start + length),
    `RRULE:${given.rule}${end}`,
    ...given.excluded.map((days) => line("EXDATE", occurrence(days))),
    ...given.added.map((wall) => line("RDATE", wall)),
    "END:VEVENT",
    ...given.moved.flatMap(([days, to]) => [
      ...head,
      line("RECURRENCE-ID", occurrence(days)),
      line("DTSTART", to),
      line("DTEND", to + dayMs),
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
});
