import type { EventDescription } from "../../../calendar/compose.ts";
import type { GraphEvent } from "../native.ts";
import { wordsOf } from "./description.ts";
import { instantOfText, type Times } from "./graph-time.ts";
import { textOf, wordOf } from "./loose.ts";
import { placesOf } from "./places.ts";

/** What recurs in an event, or says which occurrence it is. */
export type Repetition = Pick<EventDescription, "recurrenceId" | "rule" | "excluded">;

export const onlyOnce: Repetition = { recurrenceId: null, rule: null, excluded: [] };

/** Exchange itself takes 255 characters, and 25 categories or so. */
const longestName = 1_000;
const mostCategories = 100;

/** Two years. */
const longestReminder = 2 * 525_600;

/** The typed form of a Graph event at these times. */
export function describe(
  event: GraphEvent,
  uid: string,
  times: Times,
  repetition: Repetition = onlyOnce,
): EventDescription {
  const created = instantOfText(event.createdDateTime);
  const showAs = wordOf(event.showAs);
  return {
    uid,
    ...times,
    ...repetition,
    ...wordsOf(event),
    summary: cut(textOf(event.subject).trim()),
    places: placesOf(event),
    categories: categoriesOf(event),
    color: null,
    created,
    // The source's own last change, so that the same input gives the same text on any day.
    modified: instantOfText(event.lastModifiedDateTime) ?? created ?? times.start.wall,
    status: event.isCancelled === true ? "CANCELLED" : showAs === "tentative" ? "TENTATIVE" : "CONFIRMED",
    isTransparent: showAs === "free" || showAs === "workingelsewhere",
    busyStatus: busyStatuses.get(showAs) ?? "BUSY",
    classification: classifications.get(wordOf(event.sensitivity)) ?? "PUBLIC",
    priority: priorities.get(wordOf(event.importance)) ?? null,
    alarmMinutes: alarmOf(event),
  };
}

function categoriesOf({ categories }: GraphEvent): string[] {
  const names: readonly unknown[] = Array.isArray(categories) ? categories : [];
  return names
    .filter((name) => typeof name === "string")
    .slice(0, mostCategories)
    .map(cut);
}

/** Never within a character. */
function cut(text: string): string {
  if (text.length <= longestName) return text;
  return `${text.slice(0, longestName).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

// Maps, so that a word that Graph may learn one day falls back instead of failing.
const busyStatuses: ReadonlyMap<string, EventDescription["busyStatus"]> = new Map([
  ["free", "FREE"],
  ["tentative", "TENTATIVE"],
  ["oof", "OOF"],
  ["workingelsewhere", "WORKINGELSEWHERE"],
]);

const classifications: ReadonlyMap<string, EventDescription["classification"]> = new Map([
  ["personal", "PRIVATE"],
  ["private", "PRIVATE"],
  ["confidential", "CONFIDENTIAL"],
]);

const priorities: ReadonlyMap<string, number> = new Map([
  ["low", 9],
  ["normal", 5],
  ["high", 1],
]);

/** The minutes are filled in even where the reminder is off. */
function alarmOf(event: GraphEvent): number | null {
  const minutes = event.reminderMinutesBeforeStart;
  if (event.isReminderOn !== true || typeof minutes !== "number" || !Number.isInteger(minutes)) return null;
  return Math.abs(minutes) <= longestReminder ? minutes : null;
}
