import { RemoteError } from "../../http/remote-error.ts";
import { beginRound, type Collection, discardCheckpoint, knownEtags } from "../../store/collections.ts";
import { commitPage, stagedNatives } from "../../store/staging.ts";
import { type PullState, refOf } from "./pull-state.ts";

/**
 * Reads one calendar from where the last round ended, or from the beginning if that is no longer known.
 *
 * @throws RemoteError when the round could not be finished; committed pages are not read again.
 */
export async function runRound(state: PullState, collection: Collection): Promise<void> {
  const { db } = state.context;
  try {
    const begun = await beginRound(db, collection);
    await commitRound(state, begun);
    // A round that went on after an interruption knows the calendar as it was when it began, and an event
    // that has since moved here from another calendar must not look as if it were gone.
    if (begun.resume !== null) await commitRound(state, await beginRound(db, { ...begun, resume: null }));
  } catch (error) {
    if (!(error instanceof RemoteError) || error.kind !== "checkpoint") throw error;
    state.log.info(
      { calendar: collection.name, err: error.message },
      "checkpoint refused, reading the calendar in full",
    );
    await state.lease.check();
    const fresh = await discardCheckpoint(state.context.db, collection.id);
    await commitRound(state, await beginRound(state.context.db, fresh));
  }
}

async function commitRound(state: PullState, collection: Collection): Promise<void> {
  const { context, configured, counts, signal } = state;
  const window = context.window();
  const coverage = configured.source.coverage === "everything" ? "everything" : window;
  let done = 0;
  const pages = configured.source.round(
    {
      calendar: refOf(collection, state.memory),
      window,
      checkpoint: collection.checkpoint,
      resume: collection.resume,
      knownEtags: (nativeIds) => knownEtags(context.db, collection.id, nativeIds, context.clock.now()),
      stagedNatives: (nativeIds) => stagedNatives(context.db, collection.account_id, nativeIds),
    },
    signal,
  );
  let finished = false;
  for await (const page of pages) {
    await state.lease.check();
    await commitPage(context.db, collection, page, coverage, context.clock.now());
    finished = page.checkpoint !== null;
    counts.staged += page.staged.length;
    if (page.staged.length > 0) state.onStaged();
    done += page.staged.length + page.owed.length;
    if (page.note !== undefined) state.log.info({ calendar: collection.name }, page.note);
    context.progress({ task: `reading ${configured.sourceId}, ${collection.name}`, done, total: null });
  }
  if (!finished) throw new RemoteError("protocol", "the round ended without a delta link or sync token");
}
