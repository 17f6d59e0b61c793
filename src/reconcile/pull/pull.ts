import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { RemoteError } from "../../http/remote-error.ts";
import type { OwedWork } from "../../sources/source.ts";
import {
  type Account,
  accountKey,
  forgetListing,
  noteAttempt,
  noteComplete,
  noteIncomplete,
} from "../../store/accounts.ts";
import { type Collection, noteCollectionError } from "../../store/collections.ts";
import {
  commitSettlements,
  countOwed,
  dropVoidTombstones,
  listOwed,
  owesTombstones,
} from "../../store/owed.ts";
import { databaseTrouble } from "../../store/database-error.ts";
import { endRun, type NewRun, startRun } from "../../store/runs.ts";
import { backOff } from "../back-off.ts";
import type { ConfiguredAccount, Context } from "../context.ts";
import { believeRemoval } from "./believe-removal.ts";
import { concernsAccount } from "./concerns-account.ts";
import { currentCalendars, listCalendarsAgain, mayBelieveRemovals } from "./current-calendars.ts";
import { note, type PullState, refOf } from "./pull-state.ts";
import { runRound } from "./run-round.ts";
import { LeaseLostError, withLease } from "../with-lease.ts";

/** What one pull of one account did. */
export type PullResult = {
  /** `busy`: another process is pulling it. */
  readonly outcome: "complete" | "incomplete" | "failed" | "busy";
  readonly staged: number;
  readonly tombstones: number;
  readonly owed: number;
  /** Those of the owed that only lists lack: they stay, and are looked at again after an hour. */
  readonly doubted: number;
  readonly calendars: number;
  /** One sentence per thing that went wrong. */
  readonly errors: readonly string[];
};

type FinishedPull = PullResult & { readonly outcome: Exclude<PullResult["outcome"], "busy"> };

export type PullOptions = {
  /** Told after each commit that leaves something to be translated. */
  readonly onStaged?: (() => void) | undefined;
  /** Owed work that failed often is tried as well: somebody asked for this pull. */
  readonly ignoreBackOff?: boolean;
};

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
  { onStaged = () => undefined, ignoreBackOff = false }: PullOptions = {},
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
      hasListed: false,
      counts: { staged: 0, tombstones: 0 },
      onStaged,
      ignoreBackOff,
    };
    const finished = await pull(state);
    await report(context, run, finished, log);
    return finished;
  });
  return (
    result ?? { outcome: "busy", staged: 0, tombstones: 0, owed: 0, doubted: 0, calendars: 0, errors: [] }
  );
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
    let collections = await currentCalendars(state);
    let isFinished = await pullCollections(state, collections);
    if (isFinished && (await owesTombstones(context.db, account.id))) {
      // What is gone here may have moved to a calendar that was made since the last listing.
      const known = new Set(collections.map(({ id }) => id));
      collections = await listCalendarsAgain(state);
      isFinished = await pullCollections(
        state,
        collections.filter(({ id }) => !known.has(id)),
      );
      if (isFinished && (await mayBelieveRemovals(state)))
        for (const collection of collections) await settleTombstones(state, collection, collections);
    }
    return await conclude(state, collections.length, isFinished);
  } catch (error) {
    if (!(error instanceof RemoteError)) noteUnexpected(state, accountKey(state.configured), error);
    else if (!state.errors.some((entry) => entry.error === error)) note(state, error.message, error);
    // Where the database is the trouble, this says so once more, and loudly.
    return await conclude(state, 0, false);
  }
}

/**
 * A mistake of ours, or trouble with the database: told like any other, so that `status` shows it.
 *
 * @throws LeaseLostError as it is: then another process has the word.
 */
function noteUnexpected(state: PullState, where: string, error: unknown): void {
  if (error instanceof LeaseLostError) throw error;
  if (state.errors.some((entry) => entry.error === error)) return;
  state.log.error({ err: error }, `pull of ${where} failed unexpectedly`);
  const message = error instanceof Error ? error.message : String(error);
  const next =
    databaseTrouble(error)?.remedy ??
    "Nothing is removed because of this, and the next pull tries again; the log has the details.";
  note(
    state,
    `${where} could not be read for a reason that has nothing to do with its server: ${message}. ${next}`,
    error,
  );
}

/** True when every round is finished; one calendar that fails does not hold back the others. */
async function pullCollections(state: PullState, collections: readonly Collection[]): Promise<boolean> {
  let isFinished = true;
  for (const collection of collections) if (!(await pullCollection(state, collection))) isFinished = false;
  return isFinished;
}

/** One round over one calendar, and the series and objects its pages owe. True when the round is finished. */
async function pullCollection(state: PullState, collection: Collection): Promise<boolean> {
  try {
    await runRound(state, collection);
    await settle(state, collection, ["series", "fetch"]);
    await noteCollectionError(state.context.db, collection.id, null);
    return true;
  } catch (error) {
    await collectionFailed(state, collection, error);
    return false;
  }
}

async function collectionFailed(state: PullState, collection: Collection, error: unknown): Promise<void> {
  if (!(error instanceof RemoteError)) {
    noteUnexpected(
      state,
      `${accountKey(state.configured)}, calendar ${JSON.stringify(collection.name)},`,
      error,
    );
    await noteCollectionError(state.context.db, collection.id, state.errors.at(-1)?.message ?? null);
    return;
  }
  const isOfAccount = concernsAccount(error);
  note(state, error.message, error, isOfAccount ? undefined : collection);
  await noteCollectionError(state.context.db, collection.id, error.message);
  // The calendar or its whole home may have moved: the next pull looks for it again.
  if (!error.willRecover && error.kind !== "aborted") await forgetListing(state.context.db, state.account.id);
  // Going on would only repeat it for every calendar.
  if (isOfAccount) throw error;
}

async function settleTombstones(
  state: PullState,
  collection: Collection,
  all: readonly Collection[],
): Promise<void> {
  try {
    await dropVoidTombstones(state.context.db, collection);
    await settle(
      state,
      collection,
      ["tombstone"],
      all.filter(({ id }) => id !== collection.id),
    );
  } catch (error) {
    await collectionFailed(state, collection, error);
  }
}

async function settle(
  state: PullState,
  collection: Collection,
  kinds: ReadonlyArray<OwedWork["kind"]>,
  others: readonly Collection[] = [],
): Promise<void> {
  const { context, configured, counts, signal } = state;
  const work = await listOwed(
    context.db,
    collection,
    kinds,
    state.ignoreBackOff ? null : context.clock.now(),
  );
  if (work.length === 0) return;
  const removals = new Map(work.flatMap((row) => (row.kind === "tombstone" ? [[row.nativeId, row]] : [])));
  let done = 0;
  for await (const settled of configured.source.settle(
    refOf(collection, state.memory),
    work,
    context.window(),
    signal,
    others.map((other) => refOf(other, state.memory)),
  )) {
    await state.lease.check();
    const now = context.clock.now();
    const batch = settled.map((settlement) =>
      believeRemoval(settlement, removals.get(settlement.item.nativeId), now),
    );
    await commitSettlements(context.db, collection, batch, now);
    for (const settlement of batch) {
      if (settlement.kind === "staged") {
        counts.staged += 1;
        if (settlement.stillOwed) note(state, settlement.stillOwed.message, settlement.stillOwed, collection);
      } else if (settlement.kind === "gone") counts.tombstones += 1;
      else if (settlement.kind === "failed") {
        note(state, settlement.error.message, settlement.error, collection);
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

function stillOwed(events: number): string {
  const are = events === 1 ? "1 event is" : `${events} events are`;
  return `${are} still to be read; each is tried again by itself, at least every four hours.`;
}

/** Writes down how the pull ended and when the account may be asked again. */
async function conclude(state: PullState, calendars: number, allFinished: boolean): Promise<FinishedPull> {
  const { context, account, errors, counts } = state;
  const { owed, doubted } = await countOwed(context.db, account.id);
  // Everything was read, also of what only lists lack: that is looked at again.
  const complete = errors.length === 0 && owed === doubted && allFinished;
  if (complete) {
    await noteComplete(context.db, account.id, context.clock.now());
  } else if (!state.signal.aborted) {
    // Being stopped is no failure: nothing to back off from.
    const first = errors.find((entry) => entry.error !== null) ?? errors[0];
    const error = first?.message ?? stillOwed(owed - doubted);
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
    doubted,
    calendars,
    errors: errors.map((entry) => entry.message),
  };
}
