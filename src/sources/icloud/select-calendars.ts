import type { CalendarSelection } from "../../config/config.ts";
import type { DavCalendar } from "../../dav/calendars.ts";
import { nameOfHref } from "../../dav/href.ts";
import type { CalendarRef } from "../source.ts";

export type SelectedCalendars = {
  readonly calendars: readonly CalendarRef[];
  readonly notFound: readonly string[];
};

/**
 * Picks the configured calendars by display name or by href (with or without the last slash). A name that two
 * calendars share selects both; a calendar is never in the result twice.
 */
export function selectCalendars(
  found: readonly DavCalendar[],
  selection: CalendarSelection,
): SelectedCalendars {
  const byHref = new Map(found.map((calendar) => [calendar.href, toRef(calendar)]));
  const all = [...byHref.values()];
  if (selection === "all") return { calendars: all, notFound: [] };
  return {
    calendars: all.filter((ref) => selection.some((wanted) => matches(ref, wanted))),
    notFound: selection.filter((wanted) => !all.some((ref) => matches(ref, wanted))),
  };
}

const matches = (ref: CalendarRef, wanted: string): boolean =>
  ref.name.normalize("NFC") === wanted.normalize("NFC").trim() || ref.id === `${wanted.replace(/\/$/, "")}/`;

function toRef(calendar: DavCalendar): CalendarRef {
  const name = calendar.displayName?.trim();
  return { id: calendar.href, name: name === undefined || name === "" ? nameOfHref(calendar.href) : name };
}
