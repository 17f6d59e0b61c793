import type { EventDescription } from "../../../calendar/compose.ts";
import type { GraphEvent } from "../native.ts";
import { type Correction, timesAt } from "./corrections.ts";
import { describe, onlyOnce } from "./describe.ts";
import { allDayTimes, instantOf, type Times, zonedTimes } from "./graph-time.ts";
import type { Placements } from "./placements.ts";
import { isStart, type SeriesClock, valueAt } from "./series-clock.ts";

export type Overrides = {
  /** The VEVENTs beside the master, by the wall clock of the occurrence that each stands for: one at the most. */
  readonly events: ReadonlyMap<number, EventDescription>;
  /** How many exceptions stand at the times that the series has there, since their own cannot be read. */
  readonly untimed: number;
  /** How many are not shown, since the series has nothing there either. */
  readonly leftOut: number;
};

/**
 * Describes the exceptions, and the corrections of occurrences (see corrections.ts) that nobody changed and that are
 * not `excluded`.
 */
export function describeOverrides(
  { placed }: Placements,
  corrected: readonly Correction[],
  excluded: ReadonlySet<number>,
  { master, clock, uid }: { master: GraphEvent; clock: SeriesClock; uid: string },
): Overrides {
  const events = new Map<number, EventDescription>();
  const add = (wall: number, event: GraphEvent, times: Times): void => {
    events.set(wall, describe(event, uid, times, { ...onlyOnce, recurrenceId: valueAt(clock, wall) }));
  };
  let untimed = 0;
  let leftOut = 0;
  const { recurrence: _, ...plain } = master;
  for (const { wall, times } of corrected) if (!excluded.has(wall)) add(wall, plain, times);
  for (const { exception, wall } of placed) {
    const { start = null, end = null } = exception;
    const whole = { ...withDefaults(exception, plain), start, end };
    const times = overrideTimes(whole, clock);
    if (times === null && !isStart(clock, wall)) {
      leftOut += 1;
      continue;
    }
    if (times === null) untimed += 1;
    add(wall, whole, times ?? timesAt(clock, wall));
  }
  return { events: new Map([...events].toSorted(([a], [b]) => a - b)), untimed, leftOut };
}

/** Properties that say one thing together: an exception that has one of them has none of the master's. */
const together: readonly (readonly (keyof GraphEvent)[])[] = [
  ["location", "locations"],
  ["hasAttachments", "attachments"],
  ["isOnlineMeeting", "onlineMeeting", "onlineMeetingUrl", "onlineMeetingProvider"],
];

/** An exception that was read in part keeps what the master says; what it says itself, even null, counts. */
function withDefaults(exception: GraphEvent, master: GraphEvent): GraphEvent {
  const own = together.filter((group) => group.some((key) => key in exception)).flat();
  const inherited = Object.entries(master).filter(([key]) => !own.some((name) => name === key));
  return { ...Object.fromEntries(inherited), ...exception };
}

function overrideTimes(exception: GraphEvent, clock: SeriesClock): Times | null {
  if (exception.isAllDay === true) return allDayTimes(exception);
  const start = instantOf(exception.start, clock.named);
  if (start === null) return null;
  const end = instantOf(exception.end, clock.named) ?? start + clock.end - clock.start;
  return zonedTimes(start, Math.max(start, end), clock.named);
}
