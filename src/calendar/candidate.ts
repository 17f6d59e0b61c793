/**
 * One calendar object that a source wants to see in a target: a VCALENDAR with exactly one UID
 * (a single event, or a series with its overrides).
 */
export type CalendarObject = {
  /** The whole VCALENDAR text, CRLF line ends, folded, with the source's own UID. */
  readonly ics: string;
  /** Hash of the normalised object: see fingerprint.ts. Does not depend on the UID. */
  readonly fingerprint: string;
  readonly summary: string;
  /** First start, an ISO instant in UTC (all-day: midnight UTC of the date). */
  readonly start: string;
  /** End of the last occurrence, an ISO instant in UTC; null for a series without end. */
  readonly end: string | null;
};

/** What a translator makes of one staged event: usually one of these, several for loose invitations. */
export type TranslatedEvent = {
  /** The clean UID (see identity.ts): equal for copies of one meeting wherever they were found. */
  readonly meetingUid: string;
  /**
   * For an invitation to a single instance of a series whose master is not there: the instance's
   * RECURRENCE-ID as an ISO instant in UTC (a date for all-day). For a further part of a series that
   * servers cannot keep as one: its name (see `partName`). Null otherwise.
   */
  readonly instance: string | null;
  /** Stable name of the event inside its account; never contains a calendar id. */
  readonly identity: string;
  readonly object: CalendarObject;
};

/** The outcome of translating one staged event. A reason is a full sentence for the owner. */
export type Translation =
  | {
      readonly kind: "translated";
      readonly events: readonly TranslatedEvent[];
      readonly notes: readonly string[];
    }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "quarantined"; readonly reason: string };
