import { type DavCalendar, readCalendar } from "../dav/calendars.ts";
import { makeCalendar } from "../dav/mkcalendar.ts";
import { type PropertyValue, setProperties } from "../dav/proppatch.ts";
import { APPLE_ICAL, DAV } from "../dav/protocol.ts";
import type { SinkAccount } from "./account.ts";
import { findTarget } from "./find-target.ts";
import type { TargetSpec } from "./sink.ts";

export type PreparedTarget = {
  readonly calendar: DavCalendar;
  readonly created: boolean;
  readonly warnings: readonly string[];
};

/**
 * Finds a target's collection or makes it (events only), and sets name and colour if they differ.
 * Costs one request when there is nothing to do.
 *
 * @throws RemoteError
 */
export async function prepareTarget(
  account: SinkAccount,
  spec: TargetSpec,
  boundHref: string | null,
  signal: AbortSignal,
): Promise<PreparedTarget> {
  const found = await findTarget(account, spec, boundHref, signal);
  if (found.calendar !== null) {
    return {
      calendar: found.calendar,
      created: false,
      warnings: await dress(account, spec, found.calendar, signal),
    };
  }
  const made = await makeCalendar(
    account.client,
    { url: found.url, displayName: spec.name, color: spec.color },
    signal,
  );
  const calendar = await readCalendar(account.client, found.url, signal);
  return { calendar, created: made === "created", warnings: await dress(account, spec, calendar, signal) };
}

async function dress(
  account: SinkAccount,
  spec: TargetSpec,
  calendar: DavCalendar,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted: PropertyValue[] = [];
  if (calendar.displayName !== spec.name) wanted.push({ name: [DAV, "displayname"], value: spec.name });
  if (spec.color !== null && !isSameColor(calendar.color, spec.color)) {
    wanted.push({ name: [APPLE_ICAL, "calendar-color"], value: spec.color });
  }
  if (wanted.length === 0) return [];
  const refused = await setProperties(account.client, calendar.url, wanted, signal);
  return refused.map(({ name: [, local], status }) => {
    const answer = status === null ? "did not say why" : `answered ${status}`;
    return `The sink did not set ${local} of target "${spec.id}" (it ${answer}); its events are not concerned.`;
  });
}

/** Apple's clients append an opacity: `#RRGGBBAA`. */
const isSameColor = (standing: string | null, wanted: string): boolean =>
  standing?.trim().slice(0, 7).toUpperCase() === wanted.slice(0, 7).toUpperCase();
