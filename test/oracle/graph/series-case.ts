import type { MonthEnd, RecurrencePattern } from "../../../simulator/graph/recurrence.ts";

/** A series as a person might make it in Outlook, and how Graph is read: plain JSON, kept as a fixture once it failed. */
export type SeriesCase = {
  /** Windows or IANA name. */
  readonly zone: string;
  /** What Graph calls the zone where it has no name for it; null: `zone`. */
  readonly reportedZone: string | null;
  readonly isAllDay: boolean;
  /** Wall clock, `2026-01-05T09:00`. It need not be an occurrence. */
  readonly start: string;
  /** Length by the wall clock; whole days of an all-day series. */
  readonly minutes: number;
  readonly pattern: RecurrencePattern;
  readonly range:
    | { readonly type: "noEnd" }
    | { readonly type: "endDate"; readonly days: number }
    | { readonly type: "numbered"; readonly count: number };
  readonly changes: readonly SeriesChange[];
  /** Whether all occurrences are cancelled that no change speaks of. */
  readonly others: "kept" | "cancelled";
  /** `from` is `yyyy-mm-dd`. */
  readonly window: { readonly from: string; readonly days: number };
  readonly monthEnd: MonthEnd;
  /** Whether the tenant gives exceptions and cancellations with a master. */
  readonly expansion: "supported" | "ignored" | "refused";
};

/** What became of one occurrence. */
export type SeriesChange = {
  /** Which one: the first or last of all, or by number, among those near the window. */
  readonly which: "first" | "last" | number;
  readonly kind: "deleted" | "cancelled" | "changed";
  /** By the wall clock. */
  readonly shift: number;
  /** Null: as long as the others. */
  readonly minutes: number | null;
  /** All-day in a timed series, or the other way round. */
  readonly isOther: boolean;
};
