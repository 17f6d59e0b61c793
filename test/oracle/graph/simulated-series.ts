import { createClock } from "../../../simulator/graph/clock.ts";
import { Counters } from "../../../simulator/graph/counters.ts";
import { directoryOperations } from "../../../simulator/graph/directory-operations.ts";
import { Faults } from "../../../simulator/graph/faults.ts";
import { calendarOf, mailboxOf } from "../../../simulator/graph/find.ts";
import { instancesOf, spanOn } from "../../../simulator/graph/instances.ts";
import {
  dayMs,
  dayOf,
  formatDay,
  formatWall,
  parseWall,
  toInstants,
} from "../../../simulator/graph/local-time.ts";
import type { Calendar, Exception, Item, Mailbox, Span } from "../../../simulator/graph/model.ts";
import { createItem } from "../../../simulator/graph/mutations.ts";
import { createNotifications } from "../../../simulator/graph/notifications/notifications.ts";
import { expandDays } from "../../../simulator/graph/recurrence.ts";
import type { RecurrenceRange } from "../../../simulator/graph/recurrence.ts";
import { calmSwitches } from "../../../simulator/graph/switches.ts";
import { createSyncStates } from "../../../simulator/graph/sync-states.ts";
import { Throttle } from "../../../simulator/graph/throttle.ts";
import { createIdentifiers, type World } from "../../../simulator/graph/world.ts";
import type { Window } from "../../../src/calendar/window.ts";
import type { ShownOccurrence } from "../engine.ts";
import type { SeriesCase, SeriesChange } from "./series-case.ts";

/** A series in a simulated mailbox. `otherDays` are the original days of exceptions of the other kind (all-day or not). */
export type SimulatedSeries = {
  readonly world: World;
  readonly mailbox: Mailbox;
  readonly calendar: Calendar;
  readonly item: Item;
  readonly otherDays: ReadonlySet<number>;
  readonly window: Window;
};

/** Makes the series. Null where Graph would refuse it: it has no occurrence at all. */
export function simulateSeries(series: SeriesCase): SimulatedSeries | null {
  const world = newWorld();
  const { mailbox, calendar } = newCalendar(world, series);
  const made = makeItem(world, calendar, series);
  if (made === null) return null;
  const from = parseWall(series.window.from);
  const window = { from: isoOf(from), until: isoOf(from + series.window.days * dayMs) };
  const { exceptions, cancelled, otherDays } = changesOf(series, made, window);
  const item = { ...made, exceptions, cancelled };
  calendar.folder.items.set(item.immutableId, item);
  return { world, mailbox, calendar, item, otherDays, window };
}

/** What Exchange shows of the series inside the window: nothing that is cancelled. */
export function truthOf(
  { item, otherDays, window }: SimulatedSeries,
  { monthEnd }: SeriesCase,
): ShownOccurrence[] {
  const [from, until] = [Date.parse(window.from), Date.parse(window.until)];
  return instancesOf(item, from - 2 * dayMs, until + 2 * dayMs, monthEnd)
    .filter(({ exception }) => exception?.content.isCancelled !== true)
    .map(({ day, span, exception }) => {
      const isAllDay = otherDays.has(day ?? Number.NaN) ? !item.isAllDay : item.isAllDay;
      const time = (instant: number, wall: number): string =>
        isAllDay ? formatDay(dayOf(wall)) : isoOf(instant);
      return {
        start: time(span.start, span.startWall),
        end: time(span.end, span.endWall),
        isAllDay,
        summary: exception?.content.subject ?? item.content.subject,
      };
    });
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

function newWorld(): World {
  const clock = createClock(() => Date.UTC(2026, 0, 1));
  const counters = new Counters();
  const identifiers = createIdentifiers("oracle");
  return {
    clock,
    clouds: [{ name: "global", login: "https://login.test", graph: "https://graph.test" }],
    tenants: [],
    counters,
    faults: new Faults(),
    syncStates: createSyncStates(identifiers),
    throttle: new Throttle(clock, counters),
    identifiers,
    notifications: createNotifications(clock, "", () => calmSwitches),
    switches: calmSwitches,
  };
}

function newCalendar(world: World, series: SeriesCase): { mailbox: Mailbox; calendar: Calendar } {
  const directory = directoryOperations(world);
  directory.addTenant({ domain: "contoso.test" });
  const userPrincipalName = "ann@contoso.test";
  directory.addMailbox({ tenant: "contoso.test", userPrincipalName, timeZone: series.zone });
  const mailbox = mailboxOf(world, userPrincipalName);
  mailbox.switches = { monthEnd: series.monthEnd, seriesExpansion: series.expansion, expandPageSize: 3 };
  return { mailbox, calendar: calendarOf(mailbox) };
}

function makeItem(world: World, calendar: Calendar, series: SeriesCase): Item | null {
  const { zone, start, minutes, isAllDay, pattern, reportedZone } = series;
  const end = formatWall(parseWall(start) + minutes * 60_000);
  try {
    return createItem(world, calendar, {
      subject: "Series",
      isAllDay,
      start: { dateTime: start, timeZone: zone },
      end: { dateTime: end, timeZone: zone },
      recurrence: { pattern, range: rangeOf(series) },
      ...(reportedZone === null ? {} : { reportedTimeZone: reportedZone }),
    });
  } catch (error) {
    if (error instanceof Error && error.message.includes("has no occurrence")) return null;
    throw error;
  }
}

function rangeOf({ zone, start, range }: SeriesCase): RecurrenceRange {
  const startDate = start.slice(0, 10);
  const common = { startDate, recurrenceTimeZone: zone };
  switch (range.type) {
    case "noEnd":
      return { ...common, type: "noEnd" };
    case "endDate":
      return { ...common, type: "endDate", endDate: formatDay(dayOf(parseWall(startDate)) + range.days) };
    case "numbered":
      return { ...common, type: "numbered", numberOfOccurrences: range.count };
    default:
      return range satisfies never;
  }
}

type Changed = Pick<Item, "exceptions" | "cancelled"> & Pick<SimulatedSeries, "otherDays">;

function changesOf(series: SeriesCase, item: Item, window: Window): Changed {
  const exceptions = new Map<number, Exception>();
  const cancelled = new Set<number>();
  const otherDays = new Set<number>();
  if (item.recurrence === null) throw new Error("The simulator made no series of it.");
  const until = dayOf(Date.parse(window.until)) + 40;
  const days = [...expandDays(item.recurrence, 0, until, series.monthEnd)];
  const near = days.filter((day) => day > dayOf(Date.parse(window.from)) - 40);
  for (const [index, change] of series.changes.entries()) {
    const day = dayFor(change, days, near);
    if (day === undefined || exceptions.has(day) || cancelled.has(day)) continue;
    if (change.kind === "deleted") {
      cancelled.add(day);
      continue;
    }
    const isAllDay = change.isOther ? !item.isAllDay : item.isAllDay;
    if (change.isOther) otherDays.add(day);
    exceptions.set(day, {
      span: changedSpan(item, day, change, isAllDay),
      content: change.kind === "cancelled" ? { isCancelled: true } : { subject: `Changed ${index}` },
    });
  }
  if (series.others === "cancelled" && item.recurrence.range.type !== "noEnd")
    for (const day of expandDays(item.recurrence, 0, Number.POSITIVE_INFINITY, series.monthEnd))
      if (!exceptions.has(day)) cancelled.add(day);
  return { exceptions, cancelled, otherDays };
}

function dayFor(
  { which }: SeriesChange,
  days: readonly number[],
  near: readonly number[],
): number | undefined {
  if (which === "first") return days[0];
  return which === "last" ? days.at(-1) : near[which % Math.max(1, near.length)];
}

function changedSpan(item: Item, day: number, change: SeriesChange, isAllDay: boolean): Span {
  const { startWall, endWall } = spanOn(item, day);
  const moved = startWall + change.shift * 60_000;
  const length = change.minutes === null ? endWall - startWall : change.minutes * 60_000;
  const start = isAllDay ? Math.floor(moved / dayMs) * dayMs : moved;
  const end = isAllDay ? start + Math.max(dayMs, Math.ceil(length / dayMs) * dayMs) : start + length;
  const walls = { startWall: start, endWall: end };
  return { ...walls, ...toInstants(item.zone, walls) };
}
