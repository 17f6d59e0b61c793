import { RemoteError } from "../../http/remote-error.ts";
import type { CalendarListing } from "../../sources/source.ts";
import { accountKey, forgetListing } from "../../store/accounts.ts";
import { type Collection, listCollections, saveCalendars } from "../../store/collections.ts";
import { dropSuperseded } from "../../store/superseded.ts";
import { note, type PullState } from "./pull-state.ts";

/** How long a listing of an account's calendars is taken for true. */
const discoveryIntervalMs = 15 * 60_000;
/** A calendar that is out of the listing for shorter than this may only have been left out of an answer. */
const vanishedForGoodMs = 3 * discoveryIntervalMs;

/** The calendars to pull; listed anew when the last listing is old or there is none. */
export async function currentCalendars(state: PullState): Promise<Collection[]> {
  const { context, account } = state;
  const age = context.clock.now() - (account.calendars_listed_at?.getTime() ?? 0);
  if (age >= discoveryIntervalMs || age < 0) await list(state);
  return living(state);
}

/** The same, listed in this pull. */
export async function listCalendarsAgain(state: PullState): Promise<Collection[]> {
  if (!state.hasListed) await list(state);
  return living(state);
}

/**
 * Whether the account's calendars are known well enough to believe that an event is gone: one that moved to a
 * calendar which a listing left out looks just the same.
 */
export async function mayBelieveRemovals(state: PullState): Promise<boolean> {
  const { context, account, configured } = state;
  const now = context.clock.now();
  const lately = (await listCollections(context.db, account.id)).find(
    ({ vanished_at }) => vanished_at !== null && Math.abs(now - vanished_at.getTime()) < vanishedForGoodMs,
  );
  if (lately === undefined) return true;
  note(
    state,
    `${accountKey(configured)} reports removals, and its calendar ${JSON.stringify(lately.name)} has only just ` +
      "vanished from its listing: events may have moved there, so none is removed yet.",
    null,
  );
  return false;
}

async function list(state: PullState): Promise<void> {
  const { context, configured, account } = state;
  const listing = await configured.source.listCalendars(account.memory, state.signal);
  await refuseEmptyListing(state, listing);
  for (const name of listing.notFound) {
    note(
      state,
      `${accountKey(configured)} has no calendar ${JSON.stringify(name)}: check its name in the configuration.`,
      null,
    );
  }
  await state.lease.check();
  const vanished = await saveCalendars(context.db, account.id, listing, context.clock.now());
  // Looked for again by the next pull, which must not call itself complete without it.
  if (listing.notFound.length > 0) await forgetListing(context.db, account.id);
  for (const calendar of vanished)
    state.log.warn({ calendar }, "calendar is no longer listed; its events are kept as they are");
  state.memory = listing.memory;
  state.hasListed = true;
}

async function living(state: PullState): Promise<Collection[]> {
  const { context, account } = state;
  const collections = await listCollections(context.db, account.id);
  if (collections.some((collection) => collection.vanished_at !== null)) {
    await state.lease.check();
    await dropSuperseded(context.db, account.id, context.clock.now());
  }
  return collections.filter((collection) => collection.vanished_at === null);
}

/**
 * An account that had calendars and lists none at all is out of order, not empty.
 *
 * @throws RemoteError `protocol`
 */
async function refuseEmptyListing(
  { context, configured, account }: PullState,
  { calendars, notFound }: CalendarListing,
): Promise<void> {
  if (calendars.length > 0 || notFound.length > 0) return;
  const known = await listCollections(context.db, account.id);
  const count = known.filter((collection) => collection.vanished_at === null).length;
  if (count === 0) return;
  throw new RemoteError(
    "protocol",
    `${accountKey(configured)} lists no calendar at all, where there were ${count}: none of them is taken for removed.`,
    {
      remedy:
        "It is asked again; if its calendars really are gone, take the account out of the configuration.",
    },
  );
}
