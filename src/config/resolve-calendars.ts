import type { CalendarSelection } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { Draft } from "./draft.ts";

/** The choice of calendars; all of them where none is made. */
export function resolveCalendars(draft: Draft<"all" | string[]> | undefined): CalendarSelection {
  if (draft === undefined || draft === "all") return defaults.calendars;
  return draft.filter((name) => name !== undefined);
}
