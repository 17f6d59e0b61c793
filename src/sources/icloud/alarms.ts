import { type Component, lineOf, valueOf, withLine, withoutLines } from "../../calendar/component.ts";
import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import { dateParameters, formatDateValue } from "../../calendar/date-value.ts";
import { readDate } from "./date-text.ts";
import { readDuration } from "./duration-text.ts";
import { once } from "./once.ts";
import { repairLine } from "./repair-line.ts";

/** Properties that may stand once in a VALARM (RFC 5545 3.6.6); sabre/vobject allows one ATTACH, whatever the action. */
const single: ReadonlySet<string> = new Set(
  "ACTION ATTACH DESCRIPTION DURATION REPEAT SUMMARY TRIGGER UID".split(" "),
);

/**
 * What of an event's children is passed on: its alarms, without Apple's stub for "no default alarm", without those
 * that no server takes, and with a note on the screen in the place of a mail or of nothing. Other components go: they may name
 * people, and one within an alarm is none of RFC 5545's.
 */
export function repairAlarms(children: readonly Component[], notes: Set<string>): Component[] {
  return children.flatMap((given) => {
    if (given.name !== "VALARM") {
      notes.add(`A ${given.name.slice(0, 40)} within the event was left out.`);
      return [];
    }
    const child = { ...given, lines: given.lines.flatMap((line) => repairLine(line, notes) ?? []) };
    const action = valueOf(child, "ACTION")?.trim().toUpperCase() ?? "";
    if (action === "NONE" || (valueOf(child, "TRIGGER") ?? "").trim() === "19760401T005545Z") return [];
    const trigger = triggerOf(child, notes);
    if (trigger === null) {
      notes.add("An alarm without a time was left out.");
      return [];
    }
    if (action === "") notes.add("An alarm did not say what it does; it is shown on the screen.");
    if (child.children.length > 0) notes.add("What stood within an alarm was left out.");
    const lines = once(child.lines, single).map((line) => (line.name === "TRIGGER" ? trigger : line));
    const alarm = withReadableRepeat({ ...child, lines, children: [] }, notes);
    return [action === "" || action === "EMAIL" ? onScreen(alarm) : withoutLines(alarm, "ATTENDEE")];
  });
}

/** The TRIGGER with the VALUE that its value has; null where it is neither a duration nor a date-time. */
function triggerOf(alarm: Component, notes: Set<string>): ContentLine | null {
  const line = lineOf(alarm, "TRIGGER");
  if (line === null) return null;
  const value = line.value.trim().toUpperCase();
  const related = parameterOf(line, "RELATED")?.toUpperCase();
  const duration = readDuration(value);
  if (duration !== null) {
    const stated = parameterOf(line, "VALUE")?.toUpperCase() ?? "DURATION";
    if (stated === "DURATION" && duration === line.value) return line;
    if (duration !== value) notes.add(noteOf("TRIGGER", duration));
    const end: Record<string, string> = related === "END" ? { RELATED: "END" } : {};
    return contentLine("TRIGGER", duration, { VALUE: "DURATION", ...end });
  }
  const date = readDate(value, parameterOf(line, "TZID"));
  if (date === null || date.form === "date") return null;
  const text = formatDateValue(date);
  if (text === line.value && parameterOf(line, "VALUE")?.toUpperCase() === "DATE-TIME") return line;
  return contentLine("TRIGGER", text, { ...dateParameters(date), VALUE: "DATE-TIME" });
}

/** Without its repetition where it lacks the pause between two alarms, or their number (RFC 5545 3.8.6.2). */
function withReadableRepeat(alarm: Component, notes: Set<string>): Component {
  const given = valueOf(alarm, "DURATION")?.trim().toUpperCase() ?? "";
  const pause = readDuration(given);
  if (pause === null || lineOf(alarm, "REPEAT") === null) return withoutLines(alarm, "DURATION", "REPEAT");
  if (pause !== given) notes.add(noteOf("DURATION", pause));
  return pause === valueOf(alarm, "DURATION") ? alarm : withLine(alarm, "DURATION", pause);
}

function noteOf(name: string, read: string): string {
  return `The ${name} of an alarm was not written as iCalendar has it; it is read as ${read}.`;
}

function onScreen(alarm: Component): Component {
  const shown = withLine(withoutLines(alarm, "ATTENDEE", "SUMMARY", "ATTACH"), "ACTION", "DISPLAY");
  return lineOf(shown, "DESCRIPTION") === null ? withLine(shown, "DESCRIPTION", "Reminder") : shown;
}
