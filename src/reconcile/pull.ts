import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { RemoteError } from "../http/remote-error.ts";
import type { OwedWork } from "../sources/source.ts";
import {
  type Account,
  accountKey,
  forgetListing,
  noteAttempt,
  noteComplete,
  noteIncomplete,
} from "../store/accounts.ts";
import {
  type Collection,
  listCollections,
  noteCollectionError,
  saveCalendars,
} from "../store/collections.ts";
import { commitSettlements, countOwed, dropVoidTombstones, listOwed } from "../store/owed.ts";
import { endRun, type NewRun, startRun } from "../store/runs.ts";
import { backOff } from "./back-off.ts";
import type { ConfiguredAccount, Context } from "./context.ts";
import { note, type PullState, refOf } from "./pull-state.ts";
import { runRound } from "./run-round.ts";
import { withLease } from "./with-lease.ts";

/** What one pull of one account did. */
export type PullResult = {
  /** `busy`: another process is pulling it. */
  readonly outcome: "complete" | "incomplete" | "failed" | "busy";
  readonly staged: number;
  readonly tombstones: number;
  readonly owed: number;
  readonly calendars: number;
  /** One sentence per thing that went wrong. */
  readonly errors: readonly string[];
};

type FinishedPull = PullResult & { readonly outcome: Exclude<PullResult["outcome"], "busy"> };

/** How long a listing of an account's calendars is taken for true. */
export const discoveryIntervalMs = 15 * 60_000;

/**
 * Asks one account what changed since its checkpoints and stages the answer, page by page. No
 * transaction is open while a request runs. A calendar that fails does not hold back the others;
 * removals are believed only when every calendar has finished its round.
 */
export async function pullAccount(
  context: Context,
  configured: ConfiguredAccount,
  account: Account,
  signal: AbortSignal,
  onStaged: () => void = () => undefined,
): Promise<PullResult> {
  const name = accountKey(configured);
  const result = await withLease(context, `pull:${name}`, signal, async (lease, fenced) => {
    const run: NewRun = { id: randomUUID(), kind: "pull", key: name, startedAt: context.clock.now() };
    const log = context.log.child({ run: run.id, source: configured.sourceId, account: configured.name });
    const state: PullState = {
      context,
      configured,
      account,
      log,
      lease,
      signal: fenced,
      errors: [],
      memory: account.memory,
      counts: { staged: 0, tombstones: 0 },
      onStaged,
    };
    const finished = await pull(state);
    await report(context, run, finished, log);
    return finished;
  });
  return result ?? { outcome: "busy", staged: 0, tombstones: 0, owed: 0, calendars: 0, errors: [] };
}

/** One summary line; and a row, unless there was nothing to do: idle pulls are what a daemon does most. */
async function report(context: Context, run: NewRun, finished: FinishedPull, log: Logger): Promise<void> {
  const { errors, outcome, ...counts } = finished;
  if (errors.length > 0) log.warn({ ...counts, outcome, errors }, "pull ended");
  else log.info({ ...counts, outcome }, "pull ended");
  if (outcome === "complete" && counts.staged + counts.tombstones === 0) return;
  const error = errors.length === 0 ? null : errors.join("\n");
  await startRun(context.db, run);
  await endRun(context.db, run.id, { outcome, summary: counts, error }, context.clock.now());
}

async function pull(state: PullState): Promise<FinishedPull> {
  const { context, account } = state;
  await noteAttempt(context.db, account.id, context.clock.now());
  try {
    const collections = await refreshCalendars(state);
    let finished = 0;
    for (const collection of collections) if (await pullCollection(state, collection)) finished += 1;
    if (finished === collections.length)
      for (const collection of collections) await settleTombstones(state, collection);
    return await conclude(state, collections.length, finished === collections.length);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (!state.errors.some((entry) => entry.error === error)) note(state, error.message, error);
    return await conclude(state, 0, false);
  }
}

/** The calendars to pull; listed anew when the last listing is old or there is none. */
async function refreshCalendars(state: PullState): Promise<Collection[]> {
  const { context, configured, account } = state;
  const age = context.clock.now() - (account.calendars_listed_at?.getTime() ?? 0);
  if (age >= discoveryIntervalMs || age < 0) {
    const listing = await configured.source.listCalendars(account.memory, state.signal);
    for (const name of listing.notFound) {
      note(
        state,
        `${accountKey(configured)} has no calendar ${JSON.stringify(name)}: check its name in the configuration.`,
        null,
      );
    }
    await state.lease.check();
    await saveCalendars(context.db, account.id, listing, context.clock.now());
    state.memory = listing.memory;
  }
  const collections = await listCollections(context.db, account.id);
  for (const vanished of collections.filter((collection) => collection.vanished_at !== null)) {
    state.log.warn(
      { calendar: vanished.name },
      "calendar is no longer listed; its events are kept as they are",
    );
  }
  return collections.filter((collection) => collection.vanished_at === null);
}

/** One round over one calendar, and the series and objects its pages owe. True when the round is finished. */
async function pullCollection(state: PullState, collection: Collection): Promise<boolean> {
  try {
    await runRound(state, collection);
    await settle(state, collection, ["series", "fetch"]);
    await noteCollectionError(state.context.db, collection.id, null);
    return true;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    await collectionFailed(state, collection, error);
    return false;
  }
}

async function collectionFailed(state: PullState, collection: Collection, error: RemoteError): Promise<void> {
  note(state, error.message, error);
  await noteCollectionError(state.context.db, collection.id, error.message);
  // The calendar or its whole home may have moved: the next pull looks for it again.
  if (!error.willRecover && error.kind !== "aborted") await forgetListing(state.context.db, state.account.id);
  // These concern the whole account: going on would only repeat them for every calendar.
  if (error.kind === "auth" || error.kind === "throttled" || error.kind === "aborted") throw error;
}

async function settleTombstones(state: PullState, collection: Collection): Promise<void> {
  try {
    await dropVoidTombstones(state.context.db, collection);
    await settle(state, collection, ["tombstone"]);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    await collectionFailed(state, collection, error);
  }
}

async function settle(
  state: PullState,
  collection: Collection,
  kinds: ReadonlyArray<OwedWork["kind"]>,
): Promise<void> {
  const { context, configured, counts, signal } = state;
  const work = await listOwed(context.db, collection, kinds);
  if (work.length === 0) return;
  let done = 0;
  for await (const batch of configured.source.settle(
    refOf(collection, state.memory),
    work,
    context.window(),
    signal,
  )) {
    await state.lease.check();
    await commitSettlements(context.db, collection, batch, context.clock.now());
    for (const settlement of batch) {
      if (settlement.kind === "staged") {
        counts.staged += 1;
        if (settlement.stillOwed) note(state, settlement.stillOwed.message, settlement.stillOwed);
      } else if (settlement.kind === "gone") counts.tombstones += 1;
      else if (settlement.kind === "failed") {
        note(state, settlement.error.message, settlement.error);
      }
    }
    done += batch.length;
    if (batch.some(({ kind }) => kind === "staged" || kind === "gone")) state.onStaged();
    context.progress({
      task: `reading series and objects of ${configured.sourceId}, ${collection.name}`,
      done,
      total: work.length,
    });
  }
}

/** Writes down how the pull ended and when the account may be asked again. */
async function conclude(state: PullState, calendars: number, allFinished: boolean): Promise<FinishedPull> {
  const { context, account, errors, counts } = state;
  const owed = await countOwed(context.db, account.id);
  const complete = errors.length === 0 && owed === 0 && allFinished;
  if (complete) {
    await noteComplete(context.db, account.id, context.clock.now());
  } else if (!state.signal.aborted) {
    // Being stopped is no failure: nothing to back off from.
    const first = errors.find((entry) => entry.error !== null) ?? errors[0];
    const error = first?.message ?? `${owed} events are still to be read`;
    // Single events that cannot be read must not slow down the mailbox: only an unfinished round backs off.
    const retryAt = allFinished ? null : backOff(account.failures + 1, first?.error, context.clock.now());
    await noteIncomplete(context.db, account.id, { error, retryAt, settled: allFinished });
  }
  const cause = errors.find((entry) => entry.error !== null)?.error;
  const heals = cause instanceof RemoteError && cause.willRecover;
  const failed = !complete && calendars === 0 && !heals;
  return {
    outcome: complete ? "complete" : failed ? "failed" : "incomplete",
    ...counts,
    owed,
    calendars,
    errors: errors.map((entry) => entry.message),
  };
}
