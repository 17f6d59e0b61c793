import { mapEvents, parseCalendar, serialiseComponent, withLine } from "./component.ts";

/** What makes an object ours in a target (see slot.ts). */
export type Stamp = { readonly uid: string; readonly kalendsId: string };

/**
 * The object with our UID and X-KALENDS-ID in every VEVENT; nothing else changes but the folding.
 * The fingerprint stays the same.
 *
 * @throws Error if `ics` is no readable VCALENDAR; a CalendarObject always is.
 */
export function stamp(ics: string, { uid, kalendsId }: Stamp): string {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable") throw new Error(`Cannot stamp a calendar object: ${parsed.problem}`);
  const stamped = mapEvents(parsed.calendar, (event) =>
    withLine(withLine(event, "UID", uid), "X-KALENDS-ID", kalendsId),
  );
  return serialiseComponent(stamped);
}
