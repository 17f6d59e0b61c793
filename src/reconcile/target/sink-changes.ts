import type { SinkChanges, TargetCollection } from "../../sink/sink.ts";
import { writtenSince } from "../../store/own-writes.ts";
import type { Target } from "../../store/targets.ts";
import type { Context } from "../context.ts";

/**
 * What changed in a target since it was looked at. A server that does not tell of what we wrote ourselves since then has
 * lost it, whatever its token says.
 *
 * @throws RemoteError
 */
export async function sinkChanges(
  context: Context,
  target: Target,
  collection: TargetCollection,
  signal: AbortSignal,
): Promise<SinkChanges> {
  const changes = await collection.changes(target.sink_token, signal);
  if (changes.kind !== "changed" || target.sink_action === null) return changes;
  const own = await writtenSince(context.db, target.id, target.sink_action);
  const told = new Set([...changes.etags.keys(), ...changes.removed]);
  return own.isSubsetOf(told) ? changes : { kind: "went back", token: changes.token };
}
