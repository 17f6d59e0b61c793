import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Window } from "../calendar/window.ts";
import type { Clock } from "../http/clock.ts";
import type { Sink } from "../sink/sink.ts";
import type { Source, Translator } from "../sources/source.ts";
import type { JournalLimits } from "../store/prune.ts";
import type { Database } from "../store/schema.ts";
import type { GuardLimits } from "./guard.ts";

/** One configured account with the source that reaches it. */
export type ConfiguredAccount = {
  readonly sourceId: string;
  /** The mailbox user or CalDAV user name. */
  readonly name: string;
  readonly source: Source;
  readonly targetId: string;
  readonly priority: number;
  readonly order: number;
  readonly apart: boolean;
  /** Shortest time between two pulls, milliseconds. */
  readonly pullFloorMs: number;
};

export type ConfiguredTarget = {
  readonly id: string;
  /** Its former id, or null. */
  readonly was: string | null;
  readonly name: string;
  readonly color: string | null;
};

/** What the steps of a run need. Built in cli/connect.ts, nowhere else. */
export type Context = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name of this process among others on the same database. */
  readonly holder: string;
  readonly installationKey: Uint8Array;
  readonly zone: string;
  /** The window as of now. */
  window(): Window;
  readonly accounts: readonly ConfiguredAccount[];
  /** Sources of the configuration that are switched off, and where their events are. */
  readonly switchedOff: ReadonlyArray<{ readonly sourceId: string; readonly targetId: string }>;
  /** The translator for a native form, whose source need not be configured any more. */
  translatorOf(native: string): Translator;
  readonly targets: readonly ConfiguredTarget[];
  readonly sink: Sink;
  /** What of a source is never surprising. */
  guardLimits(sourceId: string): GuardLimits;
  readonly journal: JournalLimits;
  /** Told about long work; does nothing where nobody watches. */
  readonly progress: Progress;
};

/** `total` is null while it is not known. */
export type Progress = (step: {
  readonly task: string;
  readonly done: number;
  readonly total: number | null;
}) => void;
