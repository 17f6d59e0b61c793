import type { CalendarSelection } from "../../config/config.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { CalendarListing, CalendarRef } from "../source.ts";
import { readCategoryColors } from "./category-colors.ts";
import { stringAt } from "./json.ts";
import type { Mailbox } from "./mailbox.ts";

/**
 * The selected calendars of a mailbox, those that others share with it included, and once a day the colours
 * of its categories, which may fail without further notice.
 * https://learn.microsoft.com/graph/api/user-list-calendars
 *
 * @throws RemoteError; `protocol` for an empty listing, because every mailbox has a calendar.
 */
export async function listCalendars(
  mailbox: Mailbox,
  selection: CalendarSelection,
  memory: string | null,
  signal: AbortSignal,
): Promise<CalendarListing> {
  const what = "listing the calendars";
  const all: CalendarRef[] = [];
  const target = { path: "/calendars", query: { $top: "100" } };
  for await (const items of mailbox.pages({ target, what, signal })) {
    for (const item of items) {
      const id = stringAt(item, "id");
      if (id === undefined) {
        throw new RemoteError("protocol", `${mailbox.describe(what)} gave a calendar without an id`);
      }
      if (!all.some((known) => known.id === id)) all.push({ id, name: stringAt(item, "name") ?? id });
    }
  }
  if (all.length === 0) {
    throw new RemoteError(
      "protocol",
      `${mailbox.describe(what)} gave none, and a mailbox without a calendar does not exist`,
      { remedy: "Nothing was changed. If this stays, check that `user` is a licensed mailbox." },
    );
  }
  const categories = await readCategoryColors(mailbox, memory, signal);
  return {
    ...select(all, selection),
    memory: categories.memory,
    categoryColors: categories.colors,
  };
}

/** By id or by display name; a name that several calendars bear selects them all. */
function select(
  all: readonly CalendarRef[],
  selection: CalendarSelection,
): Pick<CalendarListing, "calendars" | "notFound"> {
  if (selection === "all") return { calendars: all, notFound: [] };
  return {
    calendars: all.filter((calendar) => selection.some((wanted) => isNamed(calendar, wanted))),
    notFound: selection.filter((wanted) => !all.some((calendar) => isNamed(calendar, wanted))),
  };
}

function isNamed({ id, name }: CalendarRef, wanted: string): boolean {
  return id === wanted || name === wanted;
}
