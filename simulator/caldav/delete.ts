import { beginWrite, recordWrite } from "./activity.ts";
import { emptyAnswer } from "./answers.ts";
import { removeObject } from "./calendar-store.ts";
import { schedule } from "./deliver.ts";
import { parseIcal } from "./ical-text.ts";
import type { Place } from "./layout.ts";
import { checkPreconditions } from "./preconditions.ts";
import { notFound } from "./propfind.ts";
import { objectPath, type DavAnswer, type DavRequest, type ServerContext } from "./server-context.ts";
import { calendarOf, type ServerState } from "./state.ts";
import { pause } from "./pause.ts";

/** DELETE of one object: conditions first, then cancellations or a decline, then the removal. */
export async function deleteObject(
  context: ServerContext,
  request: DavRequest,
  place: Extract<Place, { kind: "object" }>,
): Promise<DavAnswer> {
  const calendar = calendarOf(context.state, place.instance);
  const endWrite = beginWrite(context.activity, calendar.id);
  const tokenAtStart = calendar.token;
  try {
    await pause(context.switches.writeDelayMs);
    const stored = calendar.objects.get(place.name);
    checkPreconditions(request, stored);
    if (!stored) throw notFound(place.name);
    schedule(context, request, place.account, parseIcal(stored.body), null);
    const raced = calendar.token !== tokenAtStart;
    removeObject(calendar, place.name, raced && context.switches.racyParallelWrites);
    recordWrite(context.activity, objectPath(context, place.account, place.instance, place.name), "deletes");
    return emptyAnswer(204);
  } finally {
    endWrite();
  }
}

/**
 * DELETE of a calendar. The owner's takes everything along; a sharee's is only its instance. In Baikal's SQLite
 * a calendar made by MKCALENDAR has no owner mark: only the instance goes, contents and sharees' copies stay.
 */
export function deleteCalendar(state: ServerState, place: Extract<Place, { kind: "calendar" }>): void {
  const { instance } = place;
  const remove = (instances: (typeof instance)[], keep: (candidate: typeof instance) => boolean): void => {
    instances.splice(0, instances.length, ...instances.filter(keep));
  };
  if (instance.access !== 1) {
    remove(place.account.instances, (candidate) => candidate !== instance);
    return;
  }
  for (const account of state.accounts.values()) {
    remove(account.instances, (candidate) => candidate.calendarId !== instance.calendarId);
  }
  state.calendars.delete(instance.calendarId);
}
