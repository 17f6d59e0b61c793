import type { ColumnType, Generated } from "kysely";
import type { NullableTime, Time } from "./schema-times.ts";

/*
 * The tables of the targets: what stands there, what is to be done there, and what was done. See schema.ts for the
 * others.
 */

export interface TargetTable {
  id: string;
  /** The collection it is bound to: decoded path. */
  href: string | null;
  /** When the collection was last looked at and dressed, and as what: its name and colour. */
  opened_at: NullableTime;
  opened_as: string | null;
  /** When the objects that already stood there were taken into account. */
  surveyed_at: NullableTime;
  /** Of the fingerprints that its mappings hold; null before the first survey. */
  fingerprint_version: number | null;
  /** Why nothing may be written to it, a sentence; null when all is well. */
  held: string | null;
  /** Objects that are not ours. */
  foreign_count: Generated<number>;
  failures: Generated<number>;
  retry_at: NullableTime;
  last_error: string | null;
  reconciled_at: NullableTime;
  /** Events were translated anew for another reason than a change at the source, and are not all written yet. */
  rewrites_expected: Generated<boolean>;
  /** When it came into use, and when it was last audited, and so that the books balanced. */
  added_at: ColumnType<Date, string | undefined, string>;
  audited_at: NullableTime;
  balanced_at: NullableTime;
  /** What the collection said of its state when it was last looked at for changes, and when that was. */
  sink_token: string | null;
  sink_seen_at: NullableTime;
  /** The newest line of its journal at that time. */
  sink_action: number | null;
  /** When its state was found to have gone back, as after a restored backup. */
  restored_at: NullableTime;
}

/** A meeting key whose place in a target has to be looked at. */
export interface DirtyKeyTable {
  target_id: string;
  meeting_key: string;
  /** Rises with every marking: whoever looked at an older one must not clear a newer one. */
  mark: Generated<string>;
  since: Time;
  attempts: Generated<number>;
  last_error: string | null;
}

/** A meeting's place in a target: assigned once, never recomputed. */
export interface SlotTable {
  target_id: string;
  slot: string;
  /** Null for an object found in the sink whose meeting has not been seen yet. */
  meeting_key: string | null;
  /** Object name inside the collection. */
  name: string;
  uid: string;
  /** Whose event stood there before it was found missing; null where it stands, or was removed by us. */
  lost_account_id: ColumnType<number | null, number | null | undefined, number | null>;
  lost_identity: ColumnType<string | null, string | null | undefined, string | null>;
}

/** How others had left an object: otherwise than it was on record, or gone. Null where nobody did. */
export type Deviation = "altered" | "missing";

/** What stands in a slot. */
export interface MappingTable {
  target_id: string;
  slot: string;
  /** Null while nobody claims an object that was found. */
  source_id: string | null;
  account_id: number | null;
  identity: string | null;
  summary: string;
  starts_at: string | null;
  desired_fingerprint: string | null;
  sink_etag: string;
  sink_fingerprint: string;
  source_base: string | null;
  sink_base: string | null;
  /** Others have changed what stands there since it was written or found, and nothing was written since. */
  altered: Generated<boolean>;
  written_at: Time;
}

/** An object that the sink will never take as it is: not tried again until it changes. */
export interface RefusalTable {
  target_id: string;
  meeting_key: string;
  fingerprint: string;
  source_id: string;
  summary: string;
  reason: string;
  since: Time;
}

/** A write about to happen, so that an unrecorded write of ours is never taken for a person's edit. */
export interface WriteIntentTable {
  target_id: string;
  name: string;
  kind: ColumnType<"put" | "delete", string, string>;
  /** Whose event is written or removed. */
  source_id: string | null;
  fingerprint: string | null;
  since: Time;
  /** What the journal will say of it: see ActionTable. Null where an older version announced it. */
  run_id: string | null;
  action: string | null;
  summary: string | null;
  reason: string | null;
  asked: Generated<boolean>;
  before_body: string | null;
  after_body: string | null;
  deviation: ColumnType<Deviation | null, Deviation | null | undefined, Deviation | null>;
  /** What is decided about the meeting once this is done (JSON, see pins.ts); null where nothing is. */
  decision: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface HoldTable {
  target_id: string;
  source_id: string;
  reason: string;
  /** JSON array of what waits: `delete SLOT`, `update SLOT`. */
  actions: string;
  /** The actions that a person approved; null until then. */
  approved: string | null;
  /** JSON object: of each `update SLOT` the fingerprint that the plan wanted there. */
  wanted: ColumnType<string | null, string | null | undefined, string | null>;
  /** What is to be removed is held only because of other removals that are not confirmed yet. */
  only_pending: Generated<boolean>;
  since: Time;
  updated_at: Time;
}

export interface RunTable {
  /** A UUID, as it stands in the log. */
  id: string;
  kind: ColumnType<RunKind, RunKind, RunKind>;
  /** `source/account` or the target id. */
  key: string;
  started_at: Time;
  ended_at: NullableTime;
  outcome: ColumnType<RunOutcome | null, RunOutcome | null, RunOutcome | null>;
  /** Counts, JSON. */
  summary: string | null;
  error: string | null;
}

/** `reject` and `undo` are decisions of a person. */
export type RunKind = "pull" | "reconcile" | "audit" | "reject" | "undo";

/** `incomplete`: part of the work is left and will be tried again; `held`: a person must look. */
export type RunOutcome = "complete" | "incomplete" | "held" | "failed";

export interface ActionTable {
  id: Generated<number>;
  run_id: string;
  kind: string;
  slot: string;
  source_id: string | null;
  summary: string;
  reason: string;
  outcome: string;
  at: Time;
  target_id: string;
  meeting_key: string | null;
  /** A person had seen it and asked for it: approved, purged or undone. */
  asked: Generated<boolean>;
  /** Hashes of what stood there before and stands there after; null for nothing, and for what is not kept. */
  before_body: string | null;
  after_body: string | null;
  /** What it put right. */
  deviation: Deviation | null;
}

/** A meeting that stays as it stands by a person's decision, until its source says something else. */
export interface PinTable {
  target_id: string;
  meeting_key: string;
  /** Of what the source said when it was decided; null: nothing. */
  fingerprint: string | null;
  /** Hash of the native form that said it: translated in another way, it is still the same. Null: nothing said it. */
  source_body: string | null;
  /** Of what is to stand by the decision; null: nothing. */
  stands: string | null;
  /** Hash of its body; null where it is not kept. */
  stands_body: string | null;
  /** The source it came from; null where that is not known. */
  stands_source: string | null;
  /** The run of the decision: `reject` or `undo`. */
  run_id: string;
  since: Time;
}
