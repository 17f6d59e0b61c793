import type { ColumnType, Generated } from "kysely";

type Time = ColumnType<Date, string, string>;
type NullableTime = ColumnType<Date | null, string | null, string | null>;

/** The tables, as the migrations leave them. Each interface is one table; see docs/adr/0002 for why there are these. */
export interface Database {
  setting: SettingTable;
  account: AccountTable;
  collection: CollectionTable;
  owed: OwedTable;
  body: BodyTable;
  staged: StagedTable;
  candidate: CandidateTable;
  target: TargetTable;
  dirty_key: DirtyKeyTable;
  slot: SlotTable;
  mapping: MappingTable;
  refusal: RefusalTable;
  write_intent: WriteIntentTable;
  hold: HoldTable;
  run: RunTable;
  action: ActionTable;
  lease: LeaseTable;
}

/** Single values: the check value of the installation key and the like. */
export interface SettingTable {
  key: string;
  value: string;
}

/** A Graph mailbox or a CalDAV account: the unit of pulling. */
export interface AccountTable {
  id: Generated<number>;
  source_id: string;
  /** The user of the mailbox, or the user name of the CalDAV account. */
  name: string;
  /** What the source wants to be told again: a CalDAV home URL. */
  memory: string | null;
  /** JSON object: CSS3 colour names by category. Null until the source told them. */
  category_colors: string | null;
  calendars_listed_at: NullableTime;
  /** False while a pull has staged changes whose round is not finished everywhere. */
  settled: Generated<boolean>;
  /** What the last translation depended on beside the native form. */
  translation_basis: string | null;
  failures: Generated<number>;
  retry_at: NullableTime;
  last_error: string | null;
  attempted_at: NullableTime;
  /** End of the last pull after which nothing was owed. */
  complete_at: NullableTime;
}

export interface CollectionTable {
  id: Generated<number>;
  account_id: number;
  native_id: string;
  name: string;
  checkpoint: string | null;
  resume: string | null;
  /** Number of the current or last round. */
  round: Generated<number>;
  round_kind: ColumnType<"incremental" | "complete" | null, string | null, string | null>;
  round_open: Generated<boolean>;
  round_finished_at: NullableTime;
  vanished_at: NullableTime;
  last_error: string | null;
}

/** Work that a page left to do. */
export interface OwedTable {
  collection_id: number;
  kind: ColumnType<"series" | "fetch" | "tombstone", string, string>;
  native_id: string;
  since: Time;
  attempts: Generated<number>;
  last_error: string | null;
}

/** Bodies by content hash: native forms, and objects as written to or found in the sink. */
export interface BodyTable {
  hash: string;
  content: string;
  created_at: Time;
}

export interface StagedTable {
  id: Generated<number>;
  account_id: number;
  collection_id: number;
  native_id: string;
  etag: string | null;
  body_hash: string;
  /** The round that last saw it. */
  round: number;
  staged_at: Time;
  /** To be translated (again). */
  dirty: Generated<boolean>;
  /** Set when the removal is confirmed; the row goes when its candidates have gone. */
  gone_at: NullableTime;
  state: ColumnType<StagedState, StagedState | undefined, StagedState>;
  /** Why it was skipped or quarantined. */
  reason: string | null;
}

export type StagedState = "new" | "translated" | "skipped" | "quarantined";

/** One event that wants a place in a target: the outcome of translating a staged row. */
export interface CandidateTable {
  id: Generated<number>;
  staged_id: number;
  account_id: number;
  source_id: string;
  target_id: string;
  meeting_key: string;
  /** The key without instance and identity: one series and its loose invitations share it. */
  base_key: string;
  /** The clean UID that the key was made from. */
  meeting_uid: string;
  instance: string | null;
  identity: string;
  priority: number;
  source_order: number;
  /** The source is no longer in the configuration, or is switched off. */
  retired: Generated<boolean>;
  fingerprint: string;
  summary: string;
  starts_at: string;
  ends_at: string | null;
}

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
}

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
}

export interface HoldTable {
  target_id: string;
  source_id: string;
  reason: string;
  /** JSON array of what waits: `delete SLOT`, `update SLOT`. */
  actions: string;
  /** The actions that a person approved; null until then. */
  approved: string | null;
  since: Time;
  updated_at: Time;
}

export interface RunTable {
  /** A UUID, as it stands in the log. */
  id: string;
  kind: ColumnType<"pull" | "reconcile" | "purge" | "adopt", string, string>;
  /** `source/account` or the target id. */
  key: string;
  started_at: Time;
  ended_at: NullableTime;
  outcome: ColumnType<RunOutcome | null, RunOutcome | null, RunOutcome | null>;
  /** Counts, JSON. */
  summary: string | null;
  error: string | null;
}

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
}

export interface LeaseTable {
  key: string;
  holder: string;
  epoch: number;
  expires_at: Time;
}
