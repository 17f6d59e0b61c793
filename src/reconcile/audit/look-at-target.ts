import type { SinkChanges, TargetCollection } from "../../sink/sink.ts";
import type { Target } from "../../store/targets.ts";
import { type AccountInUse, accountsOfTarget } from "../account-in-use.ts";
import type { Context } from "../context.ts";
import { isTargetRead } from "../gather/key-states.ts";
import { type Leads, leadsOf, lookAtSink, type SinkLook } from "../target/look-at-sink.ts";
import { sinkChanges } from "../target/sink-changes.ts";
import { type Books, keepBooks } from "./books.ts";

/** How a target compares with what is on record of it, and with what is staged for it. */
export type TargetLook = SinkLook & {
  readonly accounts: readonly AccountInUse[];
  /** All is known that may have a place in it. */
  readonly isRead: boolean;
  readonly books: Books;
  readonly leads: Leads;
  readonly changes: SinkChanges;
};

/**
 * Lists a target in full and holds it against the database. Writes nothing.
 *
 * @throws RemoteError where it could not be listed to its end.
 */
export async function lookAtTarget(
  context: Context,
  target: Target,
  collection: TargetCollection,
  deep: boolean,
  signal: AbortSignal,
): Promise<TargetLook> {
  // Older than the listing: what happens in between is told the next time.
  const changes = await sinkChanges(context, target, collection, signal);
  const sink = await lookAtSink(context, target.id, collection, deep, signal);
  const accounts = await accountsOfTarget(context, target.id);
  const books = await keepBooks(context, target.id, accounts, sink.recorded);
  const leads = await leadsOf(context, target.id, [
    ...sink.findings.flatMap((finding) => (finding.kind === "orphan" ? [finding.found.slot] : [])),
    ...books.findings.flatMap((finding) => (finding.kind === "unclaimed" ? [finding.recorded.slot] : [])),
  ]);
  const isRead = isTargetRead(context, target.id, accounts);
  return { ...sink, accounts, isRead, books, leads, changes };
}
