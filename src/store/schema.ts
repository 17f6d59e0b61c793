import type { ColumnType, Generated } from "kysely";
import type {
  ActionTable,
  DirtyKeyTable,
  HoldTable,
  MappingTable,
  PinTable,
  RefusalTable,
  RunTable,
  SlotTable,
  TargetTable,
  WriteIntentTable,
} from "./schema-target.ts";
import type { NullableTime, Time } from "./schema-times.ts";

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
  pin: PinTable;
  lease: LeaseTable;
  alert: AlertTable;
  alert_delivery: AlertDeliveryTable;
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
  /** When it came into use, and when it was last audited, and so that the books balanced. */
  added_at: ColumnType<Date, string | undefined, string>;
  audited_at: NullableTime;
  balanced_at: NullableTime;
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
  /** Left alone until then; null for the next pull. */
  retry_at: ColumnType<Date | null, string | null | undefined, string | null>;
  /** A removal that the source told of; without that, a list lacked the event. */
  reported: Generated<boolean>;
  /** Since when the source answers for an event that its lists lack. */
  unlisted_since: ColumnType<Date | null, string | null | undefined, string | null>;
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

export interface LeaseTable {
  key: string;
  holder: string;
  epoch: number;
  expires_at: Time;
}

/** Something that needs attention. */
export interface AlertTable {
  kind: string;
  /** What it is about: `source/account`, a target, a source. */
  subject: string;
  /** A new stage of the same alert is told again: the last week before a secret ends. */
  stage: string;
  message: string;
  /** When it was first seen. */
  since: Time;
  /** False until it has lasted long enough to be told. */
  firing: boolean;
  told_at: NullableTime;
}

/** What the webhook is still to be told: of each alert the newest only. */
export interface AlertDeliveryTable {
  kind: string;
  subject: string;
  state: ColumnType<"firing" | "resolved", string, string>;
  message: string;
  since: Time;
  /** How often delivering failed, and when it may be tried again. */
  attempts: Generated<number>;
  retry_at: NullableTime;
}
