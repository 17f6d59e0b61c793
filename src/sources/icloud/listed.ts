import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf } from "../../calendar/component.ts";
import { onlyStart } from "../../calendar/clip-series.ts";
import { dated } from "../../calendar/date-value.ts";
import { eventTimes, firstDate } from "../../calendar/event-times.ts";

const recurrence = /^(?:RRULE|EXRULE|RDATE|EXDATE)$/;

/**
 * An event that recurs at just these starts (wall clocks of its own zone, at least one), one by one. sabre/vobject
 * reads either a rule or RDATEs, takes RDATEs in the order they stand in, and finds the end of a series by its rule.
 */
export function listed(
  event: Component,
  starts: readonly number[],
  zones: CalendarZones,
  hasOverrides: boolean,
): Component {
  const [first = 0, ...others] = starts.toSorted((a, b) => a - b);
  const start = firstDate(event, "DTSTART");
  if (start === null) return event;
  const moved = movedTo(event, first, zones);
  const rest = moved.lines.filter((line) => !recurrence.test(line.name));
  if (others.length === 0 && !hasOverrides) return { ...moved, lines: rest };
  const dates = others.map((wall) => dated("RDATE", { ...start, wall }));
  return { ...moved, lines: [...rest, onlyStart, ...dates] };
}

/** The event with another start on its own clock, and an end as long after it. */
export function movedTo(event: Component, wall: number, zones: CalendarZones): Component {
  const times = eventTimes(event, zones);
  if (times === null || times.start.wall === wall) return event;
  const end = lineOf(event, "DTEND") === null ? null : firstDate(event, "DTEND");
  const start = { ...times.start, wall };
  const isSameClock = end !== null && end.form === start.form && zones.of(end) === zones.of(start);
  const newEnd =
    end === null || isSameClock || end.form === "date"
      ? { ...start, wall: wall + times.length }
      : { ...end, wall: zones.of(end).toWall(zones.instant({ ...start, wall: wall + times.length })) };
  return {
    ...event,
    lines: event.lines.map((line) => {
      if (line.name === "DTSTART") return dated("DTSTART", start);
      return line.name === "DTEND" ? dated("DTEND", newEnd) : line;
    }),
  };
}
