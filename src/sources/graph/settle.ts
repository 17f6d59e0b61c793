import { RemoteError } from "../../http/remote-error.ts";
import type { OwedItem, OwedWork, Settlement } from "../source.ts";
import {
  type Attached,
  type AttachmentContext,
  wantsAttachmentsOnly,
  withAttachments,
} from "./attachments.ts";
import { concernsMailbox, isItemNotFound } from "./graph-error.ts";
import { readEvent, type SeriesContext } from "./series.ts";
import { settleTombstone, type TombstoneContext } from "./tombstone.ts";
import { isInAnyView } from "./view-search.ts";

type SettleContext = TombstoneContext & AttachmentContext;

const batchSize = 12;

/**
 * Works off what is owed, a batch of items at a time. `gone` of a series or an event that was to be read is
 * a removal still to be confirmed as a tombstone.
 *
 * @throws RemoteError that speaks of the whole mailbox (credentials, throttling, network, a stop), after the
 *   settlements reached so far were yielded; what speaks of one item is yielded as `failed`
 */
export async function* settleOwed(
  context: SettleContext,
  items: readonly OwedWork[],
): AsyncGenerator<readonly Settlement[]> {
  const wholes = new Set(items.filter(({ kind }) => kind === "series").map(({ nativeId }) => nativeId));
  for (let from = 0; from < items.length; from += batchSize) {
    const batch = items.slice(from, from + batchSize);
    const outcomes = await Promise.allSettled(
      batch.map((work) => settleOne(context, work, wholes.has(work.nativeId))),
    );
    const isAnswered = outcomes.some((outcome) => outcome.status === "fulfilled");
    const settled = outcomes.flatMap((outcome, at): Settlement[] => {
      if (outcome.status === "fulfilled") return [outcome.value];
      const item = batch[at];
      // Also where none was answered: the next call then begins with others.
      return item !== undefined && isUnanswered(outcome.reason)
        ? [{ kind: "failed", item: { kind: item.kind, nativeId: item.nativeId }, error: outcome.reason }]
        : [];
    });
    if (settled.length > 0) yield settled;
    const stopped = outcomes.find(
      (outcome) => outcome.status === "rejected" && !(isAnswered && isUnanswered(outcome.reason)),
    );
    if (stopped?.status === "rejected") throw stopped.reason;
  }
}

/**
 * True for a request that came to no answer. Where others of its batch did it is the matter of its event, a series that
 * is too much for Exchange, say: it must not stand in front of all that is owed behind it for ever.
 */
function isUnanswered(error: unknown): error is RemoteError {
  return error instanceof RemoteError && error.kind === "transient" && error.status === undefined;
}

async function settleOne(context: SettleContext, work: OwedWork, isOwedWhole: boolean): Promise<Settlement> {
  const { native, ...item } = work;
  try {
    if (item.kind === "tombstone")
      return await completed(context, await settleTombstone(context, item, native), native);
    // What is staged must not come back over what is read whole beside it.
    const staged = item.kind === "fetch" && !isOwedWhole ? wantsAttachmentsOnly(item.nativeId, native) : null;
    const attached = staged && (await withAttachments(context, staged, native));
    if (attached && !attached.isMissing) return stagedAs(item, attached);
    return await completed(context, await reread(context, item, native), native);
  } catch (error) {
    if (!(error instanceof RemoteError) || concernsMailbox(error)) throw error;
    return { kind: "failed", item, error };
  }
}

/** With the attachments of what was read. */
async function completed(
  context: SettleContext,
  settled: Settlement,
  native: string | null,
): Promise<Settlement> {
  if (settled.kind !== "staged") return settled;
  return stagedAs(settled.item, await withAttachments(context, settled.event, native));
}

function stagedAs(item: OwedItem, { event, error }: Attached): Settlement {
  // A tombstone is settled by the event that was found; the next complete round owes its attachments.
  const owes = error === null || item.kind === "tombstone" ? {} : { stillOwed: error };
  return { kind: "staged", item, event, ...owes };
}

async function reread(context: SeriesContext, item: OwedItem, native: string | null): Promise<Settlement> {
  try {
    return { kind: "staged", item, event: await readEvent(context, item.nativeId, native) };
  } catch (error) {
    if (!isItemNotFound(error)) throw error;
    // Occurrences without a readable master are no deleted series: it stays owed.
    if (await isInAnyView(context.reader, item.nativeId, [context.window])) throw error;
    // And no deletion yet: it may have moved to a calendar whose round is not finished. Its tombstone decides.
    return { kind: "gone", item };
  }
}
