import type { SinkChanges, TargetCollection } from "../../sink/sink.ts";
import { namesOfUids, recordedObjects } from "../../store/audit-target.ts";
import { lastAction } from "../../store/own-writes.ts";
import { commitRepair } from "../../store/repair-target.ts";
import { type Target, updateTarget } from "../../store/targets.ts";
import { accountsOfTarget } from "../account-in-use.ts";
import { compareSink, namesToRead, type SinkFinding } from "./compare-sink.ts";
import type { Context } from "../context.ts";
import { isTargetRead } from "../gather/key-states.ts";
import { leadsOf, lookAtSink } from "./look-at-sink.ts";
import { readObjects } from "./read-objects.ts";
import { repairOfSink } from "./repair-of-sink.ts";
import { sinkChanges } from "./sink-changes.ts";
import type { LeaseGuard } from "../with-lease.ts";

/** How often a target is asked whether somebody else has changed something there. */
const watchIntervalMs = 15 * 60_000;

/** Whether a target is to be asked for changes of others. */
export function isWatchDue(target: Target, now: number): boolean {
  const age = now - (target.sink_seen_at?.getTime() ?? 0);
  // Less than nothing: the clock was set back since.
  return age < 0 || age >= watchIntervalMs;
}

/**
 * Asks a target what changed since it was asked last. What others changed there is kept and marked, so that the next
 * plan puts it right; our own writes are known by their ETags. A target that went back, or does not tell, is compared in
 * full. Where something that changed cannot be read, the same changes are asked for the next time.
 *
 * @throws RemoteError
 */
export async function noticeChanges(
  context: Context,
  target: Target,
  collection: TargetCollection,
  lease: LeaseGuard,
  signal: AbortSignal,
): Promise<void> {
  const changes = await sinkChanges(context, target, collection, signal);
  const isTold = changes.kind === "changed";
  const findings = isTold
    ? await judgeChanges(context, target.id, collection, changes, signal)
    : (await lookAtSink(context, target.id, collection, false, signal)).findings;
  await lease.check();
  await recordFindings(context, target.id, findings);
  if (isTold && findings.some(({ kind }) => kind === "unreadable"))
    await updateTarget(context.db, target.id, {
      sink_seen_at: new Date(context.clock.now()).toISOString(),
    });
  else await noteSeen(context, target, changes);
}

/** Records how far a target was looked at, and tells where it went back. */
export async function noteSeen(context: Context, target: Target, changes: SinkChanges): Promise<void> {
  const sink_seen_at = new Date(context.clock.now()).toISOString();
  const sink_action = await lastAction(context.db, target.id);
  const seen = { sink_token: changes.token, sink_seen_at, sink_action };
  // A token that the server does not know any more says nothing: servers forget old ones.
  if (changes.kind !== "went back") {
    await updateTarget(context.db, target.id, seen);
    return;
  }
  await updateTarget(context.db, target.id, { ...seen, restored_at: sink_seen_at });
  context.log.warn(
    { target: target.id },
    "The calendar of the target is in an earlier state than it was: the server seems to have been restored from a " +
      "backup. It was compared in full, and what differs is put right.",
  );
}

async function recordFindings(
  context: Context,
  targetId: string,
  findings: readonly SinkFinding[],
): Promise<void> {
  if (findings.length === 0) return;
  const accounts = await accountsOfTarget(context, targetId);
  const slots = findings.flatMap((finding) => (finding.kind === "orphan" ? [finding.found.slot] : []));
  const leads = await leadsOf(context, targetId, slots);
  const repair = repairOfSink(findings, leads, isTargetRead(context, targetId, accounts));
  await commitRepair(context.db, targetId, repair, context.clock.now());
  const kinds = [...Map.groupBy(findings, ({ kind }) => kind)].map(
    ([kind, own]) => [kind, own.length] as const,
  );
  context.log.info(
    { target: targetId, ...Object.fromEntries(kinds) },
    "others changed something in the target",
  );
}

async function judgeChanges(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  { etags, removed }: Extract<SinkChanges, { kind: "changed" }>,
  signal: AbortSignal,
): Promise<readonly SinkFinding[]> {
  const listing = new Map([...etags].map(([name, etag]) => [name, etag ?? ""]));
  const names = [...listing.keys(), ...removed];
  if (names.length === 0) return [];
  const known = await recordedObjects(context.db, targetId, names);
  const recorded = known.filter(({ name, etag }) => listing.get(name) !== etag);
  const right = new Set(known.filter((one) => !recorded.includes(one)).map(({ name }) => name));
  for (const name of right) listing.delete(name);
  const asked = namesToRead(listing, recorded, false);
  const objects = await readObjects(context, targetId, collection, { names: asked, recorded }, signal);
  const uids = [...objects.read.values()].flatMap(({ uid }) => uid ?? []);
  const bearers = await namesOfUids(context.db, targetId, uids);
  const judged = new Set(recorded.map(({ name }) => name));
  const others = new Map([...bearers].filter(([, name]) => !judged.has(name)));
  return compareSink({ listing, recorded, asked: new Set(asked), ...objects }, others).findings;
}
