import { calendarZones } from "../../calendar/calendar-zones.ts";
import { parseCalendar } from "../../calendar/component.ts";
import { expand } from "../../calendar/recurrence.ts";
import type { Window } from "../../calendar/window.ts";
import type { AccountInUse } from "../account-in-use.ts";
import type { Context } from "../context.ts";
import { translateNative } from "./translate-native.ts";

/**
 * Whether an occurrence of a staged event touches the span. False too where that cannot be told: of an event that is
 * left out, or that no expander takes.
 */
export function touchesSpan(context: Context, entry: AccountInUse, native: string, span: Window): boolean {
  const translation = translateNative(context, entry, native);
  if (translation.kind !== "translated") return false;
  const bounds = { from: Date.parse(span.from), until: Date.parse(span.until), limit: 10_000 };
  return translation.events.some(({ object }) => {
    const parsed = parseCalendar(object.ics);
    if (parsed.kind === "unreadable") return false;
    const expansion = expand(parsed.calendar, calendarZones(parsed.calendar, context.zone), bounds);
    return (
      expansion.kind === "occurrences" && expansion.occurrences.some((occurrence) => !occurrence.isCancelled)
    );
  });
}
