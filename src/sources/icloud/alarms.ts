import { type Component, lineOf, valueOf, withLine, withoutLines } from "../../calendar/component.ts";

/**
 * The alarms of an event: without Apple's stub for "no default alarm", without those that no server
 * takes, and with a note on the screen in the place of a mail.
 */
export function repairAlarms(children: readonly Component[], notes: Set<string>): Component[] {
  return children.flatMap((child) => {
    if (child.name !== "VALARM") return [child];
    const action = valueOf(child, "ACTION")?.trim().toUpperCase() ?? "";
    if (action === "NONE" || (valueOf(child, "TRIGGER") ?? "").trim() === "19760401T005545Z") return [];
    if (action === "" || (valueOf(child, "TRIGGER") ?? "").trim() === "") {
      notes.add("An alarm without a time or an action was left out.");
      return [];
    }
    return [action === "EMAIL" ? onScreen(child) : withoutLines(child, "ATTENDEE")];
  });
}

function onScreen(alarm: Component): Component {
  const shown = withLine(withoutLines(alarm, "ATTENDEE", "SUMMARY", "ATTACH"), "ACTION", "DISPLAY");
  return lineOf(shown, "DESCRIPTION") === null ? withLine(shown, "DESCRIPTION", "Reminder") : shown;
}
