import { meetingIdentity } from "../../calendar/identity.ts";
import { readObject } from "../../calendar/read-object.ts";
import { slotValue } from "../../calendar/slot.ts";
import type { TargetCollection } from "../../sink/sink.ts";
import { unmappedMeetings } from "../../store/adoptable.ts";
import { slotsOfKeys, takeOver } from "../../store/slots.ts";
import { updateTarget } from "../../store/targets.ts";
import type { Context } from "../context.ts";
import { ourObject } from "../target/survey.ts";

/** A foreign object and the meeting that it looks like. */
export type Match = {
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly summary: string;
  readonly start: string;
  readonly key: string;
  readonly sourceId: string;
  readonly by: "UID" | "start and title";
};

export type AdoptionPlan = { readonly matches: readonly Match[]; readonly unmatched: readonly string[] };

/**
 * Finds the meetings that the foreign objects of a target stand for: by UID, else by start and title
 * where exactly one meeting has both.
 */
export async function planAdoption(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  signal: AbortSignal,
): Promise<AdoptionPlan> {
  const meetings = await unmappedMeetings(context.db, targetId);
  const byUid = Map.groupBy(meetings, (meeting) => meeting.meetingUid);
  const byLook = Map.groupBy(meetings, (meeting) => lookOf(meeting.startsAt, meeting.summary));
  const taken = new Set<string>();
  const matches: Match[] = [];
  const unmatched: string[] = [];
  const listing = await collection.list(signal);
  for await (const batch of collection.read([...listing.keys()], signal)) {
    for (const object of batch) {
      if (ourObject(context, targetId, object) !== null) continue;
      const read = readObject(object.ics, context.zone);
      if (read.kind === "problem") {
        unmatched.push(object.name);
        continue;
      }
      const { uid, summary, start } = read.facts;
      const sameUid = byUid.get(meetingIdentity(uid).uid)?.filter((meeting) => !taken.has(meeting.key)) ?? [];
      const sameLook = byLook.get(lookOf(start, summary))?.filter((meeting) => !taken.has(meeting.key)) ?? [];
      const meeting = sameUid[0] ?? (sameLook.length === 1 ? sameLook[0] : undefined);
      if (meeting === undefined) {
        unmatched.push(`${summary || object.name} (${start})`);
        continue;
      }
      taken.add(meeting.key);
      const by = sameUid[0] === undefined ? "start and title" : "UID";
      matches.push({
        name: object.name,
        uid,
        etag: object.etag,
        summary,
        start,
        key: meeting.key,
        sourceId: meeting.sourceId,
        by,
      });
    }
  }
  return { matches, unmatched };
}

/**
 * Takes matched objects over: each keeps its name and UID, and the next plan writes it once, under its
 * ETag, to carry our property. What was not matched stays as it is.
 */
export async function adopt(context: Context, targetId: string, plan: AdoptionPlan): Promise<void> {
  const known = await slotsOfKeys(
    context.db,
    targetId,
    plan.matches.map((match) => match.key),
  );
  const taken = plan.matches.map((match) => ({
    key: match.key,
    slot: known.get(match.key)?.slot ?? slotValue(context.installationKey, targetId, match.key),
    name: match.name,
    uid: match.uid,
    etag: match.etag,
    // No fingerprint on purpose: whatever stands there is to be written once.
    fingerprint: "",
    summary: match.summary,
    startsAt: match.start,
  }));
  await takeOver(context.db, targetId, taken, context.clock.now());
  await updateTarget(context.db, targetId, { held: null, foreign_count: plan.unmatched.length });
}

function lookOf(start: string, summary: string): string {
  return `${start} ${summary.trim().toLowerCase()}`;
}
