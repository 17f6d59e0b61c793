import type { RecordedObject } from "../../store/audit-target.ts";
import type { Found } from "../../store/slots.ts";

/** An object that stands in a target, read. */
export type ReadBody = {
  readonly name: string;
  readonly etag: string;
  /** Empty where there is nothing to be kept: what stands there is as it is on record, or is not on record at all. */
  readonly ics: string;
  readonly fingerprint: string;
  /** Null where the text is no calendar object. */
  readonly uid: string | null;
  readonly summary: string | null;
  readonly startsAt: string | null;
  /** What to record where it verifies as ours; null otherwise. */
  readonly ours: Found | null;
};

/** One object in which a target and what is on record of it disagree. */
export type SinkFinding =
  | { readonly kind: "stale ETag"; readonly recorded: RecordedObject; readonly body: ReadBody }
  | { readonly kind: "altered"; readonly recorded: RecordedObject; readonly body: ReadBody }
  /** An object with another UID has taken its name. */
  | { readonly kind: "replaced"; readonly recorded: RecordedObject; readonly body: ReadBody }
  | { readonly kind: "missing"; readonly recorded: RecordedObject }
  /** It is there, perhaps changed, and cannot be read. */
  | { readonly kind: "unreadable"; readonly recorded: RecordedObject; readonly reason: string }
  /** Ours, and not on record. */
  | { readonly kind: "orphan"; readonly found: Found }
  /** A second object with the UID of the one called `of`. */
  | { readonly kind: "duplicate UID"; readonly body: ReadBody; readonly of: string };

/** What stands in a target, by number: `listed` is the sum of the others but `recorded`. */
export type SinkCounts = {
  readonly recorded: number;
  readonly listed: number;
  /** On record and there. */
  readonly present: number;
  readonly orphans: number;
  readonly duplicates: number;
  readonly foreign: number;
  /** Not on record and not to be read. */
  readonly unreadable: number;
};

export type SinkState = {
  /** ETags by name: all that is there, or of what is looked at. */
  readonly listing: ReadonlyMap<string, string>;
  readonly recorded: readonly RecordedObject[];
  /** Names of the objects that were asked for one by one. */
  readonly asked: ReadonlySet<string>;
  readonly read: ReadonlyMap<string, ReadBody>;
  /** What could not be read, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
};

/**
 * Names of the objects that have to be read before they can be judged: those that differ, those that only one side has,
 * and those that were not given back as they were wanted. With `deep` all.
 */
export function namesToRead(
  listing: ReadonlyMap<string, string>,
  recorded: readonly RecordedObject[],
  deep: boolean,
): string[] {
  const known = new Set(recorded.map(({ name }) => name));
  const doubtful = recorded.filter(
    (one) =>
      deep ||
      listing.get(one.name) !== one.etag ||
      (one.desiredFingerprint !== null && one.desiredFingerprint !== one.sinkFingerprint),
  );
  const unknown = [...listing.keys()].filter((name) => !known.has(name));
  return [...doubtful.map(({ name }) => name), ...unknown];
}

/**
 * Holds what stands in a target against what is on record. Pure.
 *
 * @param namesByUid recorded objects that are not among `state.recorded`, by UID
 */
export function compareSink(
  state: SinkState,
  namesByUid: ReadonlyMap<string, string> = new Map(),
): { readonly findings: readonly SinkFinding[]; readonly counts: SinkCounts } {
  const findings: SinkFinding[] = [];
  const bySlot = new Map<string, string>();
  const byUid = new Map(namesByUid);
  let present = 0;
  for (const one of state.recorded) {
    const finding = judge(state, one);
    if (finding !== null) findings.push(finding);
    if (finding?.kind === "missing" || finding?.kind === "replaced") continue;
    present += 1;
    bySlot.set(one.slot, one.name);
    byUid.set(one.uid, one.name);
  }
  const kept = new Set(bySlot.values());
  const counts = { orphans: 0, duplicates: 0, foreign: 0, unreadable: 0 };
  for (const name of [...state.listing.keys()].filter((it) => !kept.has(it)).toSorted(byPlace(state))) {
    const body = state.read.get(name);
    if (body === undefined) {
      // Gone since it was listed, where it was asked for and nobody said why it is not to be had.
      if (state.unread.has(name)) counts.unreadable += 1;
      continue;
    }
    const twin = twinOf(body, bySlot, byUid);
    if (twin !== undefined) {
      counts.duplicates += 1;
      findings.push({ kind: "duplicate UID", body, of: twin });
    } else if (body.ours === null) {
      counts.foreign += 1;
    } else {
      counts.orphans += 1;
      bySlot.set(body.ours.slot, name);
      byUid.set(body.ours.uid, name);
      findings.push({ kind: "orphan", found: body.ours });
    }
  }
  const listed = present + counts.orphans + counts.duplicates + counts.foreign + counts.unreadable;
  return { findings, counts: { recorded: state.recorded.length, listed, present, ...counts } };
}

function judge({ listing, asked, read, unread }: SinkState, one: RecordedObject): SinkFinding | null {
  const reason = unread.get(one.name);
  if (reason !== undefined) return { kind: "unreadable", recorded: one, reason };
  const body = read.get(one.name);
  if (body === undefined) {
    const isRight = !asked.has(one.name) && listing.get(one.name) === one.etag;
    return isRight ? null : { kind: "missing", recorded: one };
  }
  if (body.uid !== null && body.uid !== one.uid) return { kind: "replaced", recorded: one, body };
  if (body.fingerprint !== one.sinkFingerprint) return { kind: "altered", recorded: one, body };
  return body.etag === one.etag ? null : { kind: "stale ETag", recorded: one, body };
}

function twinOf(
  body: ReadBody,
  bySlot: ReadonlyMap<string, string>,
  byUid: ReadonlyMap<string, string>,
): string | undefined {
  const sameSlot = body.ours === null ? undefined : bySlot.get(body.ours.slot);
  return sameSlot ?? (body.uid === null ? undefined : byUid.get(body.uid));
}

/** Of two objects for one slot, the one at the name that the slot gives is the first. */
function byPlace({ read }: SinkState): (a: string, b: string) => number {
  const isAtHome = (name: string): boolean => read.get(name)?.ours?.slot === name.replace(/\.ics$/, "");
  return (a, b) => (isAtHome(a) === isAtHome(b) ? (a < b ? -1 : 1) : isAtHome(a) ? -1 : 1);
}
