import * as fc from "fast-check";
import type { DayOfWeek, RecurrencePattern } from "../../../simulator/graph/recurrence.ts";
import type { SeriesCase, SeriesChange } from "./series-case.ts";

const dayMs = 86_400_000;

/** Both hemispheres, offsets of 30 and 45 minutes, summer times of half an hour, at midnight, and none. */
export const zoneNames = [
  "Eastern Standard Time",
  "W. Europe Standard Time",
  "GMT Standard Time",
  "Pacific Standard Time",
  "Newfoundland Standard Time",
  "India Standard Time",
  "Nepal Standard Time",
  "AUS Eastern Standard Time",
  "Cen. Australia Standard Time",
  "Lord Howe Standard Time",
  "New Zealand Standard Time",
  "Chatham Islands Standard Time",
  "Azores Standard Time",
  "Cuba Standard Time",
  "Middle East Standard Time",
  "Egypt Standard Time",
  "Israel Standard Time",
  "Pacific SA Standard Time",
  "Greenland Standard Time",
  "Line Islands Standard Time",
  "Dateline Standard Time",
  "UTC",
  "America/New_York",
  "Europe/Dublin",
  "Europe/Lisbon",
  "Asia/Tehran",
  "Africa/Casablanca",
  "America/Asuncion",
  "Antarctica/Troll",
  "Australia/Eucla",
  "Pacific/Easter",
] as const;

const week: readonly DayOfWeek[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];
const days = fc.uniqueArray(fc.constantFrom(...week), { minLength: 1, maxLength: 5 });
const interval = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 6 }));
const dayOfMonth = fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constantFrom(28, 29, 30, 31));
const month = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(2));
const index = fc.constantFrom("first", "second", "third", "fourth", "last");

const pattern: fc.Arbitrary<RecurrencePattern> = fc.oneof(
  fc.record({ type: fc.constant("daily"), interval }),
  fc.record({
    type: fc.constant("weekly"),
    interval,
    daysOfWeek: days,
    firstDayOfWeek: fc.constantFrom(...week),
  }),
  fc.record({ type: fc.constant("absoluteMonthly"), interval, dayOfMonth }),
  fc.record({ type: fc.constant("relativeMonthly"), interval, daysOfWeek: days, index }),
  fc.record({
    type: fc.constant("absoluteYearly"),
    interval: fc.integer({ min: 1, max: 2 }),
    dayOfMonth,
    month,
  }),
  fc.record({
    type: fc.constant("relativeYearly"),
    interval: fc.constant(1),
    daysOfWeek: days,
    index,
    month,
  }),
);

const timesOfDay = [0, 1, 30, 60, 90, 120, 135, 150, 180, 540, 840, 1_350, 1_410, 1_439];
const lengths = [0, 30, 60, 60, 120, 480, 600, 1_440, 1_470];

const change: fc.Arbitrary<SeriesChange> = fc.record({
  which: fc.oneof(
    { weight: 6, arbitrary: fc.nat(40) },
    fc.constant<"first">("first"),
    fc.constant<"last">("last"),
  ),
  kind: fc.constantFrom("deleted", "cancelled", "changed", "changed"),
  shift: fc.oneof(
    fc.constantFrom(0, 0, 30, -60, 120, 720, -720, 1_440, -1_440, 2_880),
    fc.integer({ min: -30, max: 30 }).map((some) => some * 1_440 + 15),
    fc.constantFrom(-400, 400).map((some) => some * 1_440),
  ),
  minutes: fc.oneof(fc.constant(null), fc.constantFrom(0, 15, 90, 1_500)),
  isOther: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const windowFrom = fc.integer({ min: 0, max: 500 }).map((some) => Date.UTC(2025, 5, 1) + some * dayMs);

/** Days from the window to the start of the series. */
const lead = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -120, max: 60 }) },
  fc.integer({ min: -1_500, max: -120 }),
  fc.integer({ min: -7_000, max: -1_500 }),
);

/** A series of Exchange with whatever people do to its occurrences. */
export const seriesCase: fc.Arbitrary<SeriesCase> = fc
  .record({
    zone: fc.constantFrom(...zoneNames),
    reportedZone: fc.oneof(
      { weight: 20, arbitrary: fc.constant(null) },
      fc.constantFrom("Customized Time Zone", "tzone://Microsoft/Custom"),
    ),
    isAllDay: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    from: windowFrom,
    lead,
    time: fc.constantFrom(...timesOfDay),
    length: fc.constantFrom(...lengths),
    wholeDays: fc.integer({ min: 1, max: 4 }),
    pattern,
    range: fc.oneof(
      fc.constant({ type: "noEnd" as const }),
      fc.record({ type: fc.constant("endDate" as const), days: fc.integer({ min: 0, max: 900 }) }),
      fc.record({ type: fc.constant("numbered" as const), count: fc.integer({ min: 1, max: 60 }) }),
    ),
    changes: fc.array(change, { maxLength: 6 }),
    others: fc.oneof(
      { weight: 15, arbitrary: fc.constant("kept" as const) },
      fc.constant("cancelled" as const),
    ),
    windowDays: fc.integer({ min: 20, max: 300 }),
    monthEnd: fc.constantFrom("clamp", "skip"),
    expansion: fc.constantFrom("supported", "supported", "ignored", "refused"),
  })
  .map(({ from, lead: ahead, time, length, wholeDays, windowDays, ...rest }) => {
    const minutes = rest.isAllDay ? wholeDays * 1_440 : length;
    const at = from + ahead * dayMs + (rest.isAllDay ? 0 : time * 60_000);
    const text = new Date(at).toISOString();
    const window = { from: new Date(from).toISOString().slice(0, 10), days: windowDays };
    return { ...rest, start: text.slice(0, 16), minutes, window };
  });
