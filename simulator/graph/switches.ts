import { calmNotifications } from "./notifications/notification-switches.ts";
import type { NotificationSwitches } from "./notifications/notification-switches.ts";

/**
 * What the real service does now and then, or where reports differ. Set for everything, one mailbox or one
 * calendar; the narrower goes first.
 */
export type Switches = NotificationSwitches & {
  /** Delta lists the series master beside its occurrences (reports differ). */
  readonly mastersInDelta: boolean;
  /** A change shows in delta only after this time. */
  readonly processingDelayMs: number;
  /** So many already delivered log entries are delivered again in each later round. */
  readonly replays: number;
  /** The same entity several times in a round: an outdated form first, the current one last. */
  readonly duplicates: boolean;
  /** Empty pages with a nextLink: the first of a round, or every other one. */
  readonly emptyPages: "none" | "first" | "alternate";
  /** A series is never cut between delta pages, however large. */
  readonly seriesOverflowPages: boolean;
  /** Delta never ends: from a series larger than the page size on, or in any case. */
  readonly endlessPages: "never" | "oversized-series" | "always";
  /** So many generations of links of one sync state stay valid. */
  readonly linkGenerations: number;
  /** The answer to a link that is no longer known. */
  readonly expiredLink: "410" | "410-location" | "400" | "404";
  /** Delta is refused with this error. */
  readonly deltaRefusal: { readonly status: number; readonly code: string; readonly message: string } | null;
  /** Delta answers 504 UnknownError every time. */
  readonly deltaUnavailable: boolean;
  /** With immutable ids, an event moved away and back is only reported removed. */
  readonly immutableMoveLoss: boolean;
  /** `outlook.body-content-type` works in delta too. */
  readonly bodyTypeInDelta: boolean;
  /** `cancelledOccurrences` and `$expand=exceptionOccurrences` on a master. */
  readonly seriesExpansion: "supported" | "ignored" | "refused";
  /** Expanded exceptions beyond this number follow on an `exceptionOccurrences@odata.nextLink`. */
  readonly expandPageSize: number;
  /** An event is found only under the calendar that it stands in. */
  readonly calendarPathChecked: boolean;
  /** Day 29 to 31 in months without it. */
  readonly monthEnd: "clamp" | "skip";
  /** The iCalUId of occurrences and exceptions carries the instance date, or is the series' own. */
  readonly iCalUId: "per-occurrence" | "per-series";
  /** Time that every mailbox request takes. */
  readonly latencyMs: number;
  /** Requests of one app to one mailbox that may run at a time. */
  readonly concurrencyMax: number;
  readonly requestsPerTenMinutesMax: number;
  readonly throttleStatus: 429 | 503;
  readonly retryAfter: RetryAfterForm;
  readonly retryAfterSeconds: number;
  /** gzip where the client accepts it. */
  readonly compression: boolean;
  /** What the app may do with the mailbox: an access policy refuses it, or Exchange Online does not host it. */
  readonly access: "granted" | "policy" | "not-enabled";
  /** Settings and categories of the mailbox: the app may lack their permission where it has that for calendars. */
  readonly settings: "granted" | "denied";
  /** Lists of attachments, which Calendars.ReadBasic leaves out. */
  readonly attachments: "granted" | "denied";
};

/** How the waiting time is told, if at all. */
export type RetryAfterForm = "integer" | "fraction" | "date" | "absent";

/** The calm service: every rare behaviour off, every documented one on. */
export const calmSwitches: Switches = {
  mastersInDelta: true,
  processingDelayMs: 0,
  replays: 0,
  duplicates: false,
  emptyPages: "none",
  seriesOverflowPages: true,
  endlessPages: "never",
  linkGenerations: 3,
  expiredLink: "410",
  deltaRefusal: null,
  deltaUnavailable: false,
  immutableMoveLoss: false,
  bodyTypeInDelta: false,
  seriesExpansion: "supported",
  expandPageSize: 10,
  calendarPathChecked: true,
  monthEnd: "clamp",
  iCalUId: "per-occurrence",
  latencyMs: 0,
  concurrencyMax: 4,
  requestsPerTenMinutesMax: 10_000,
  throttleStatus: 429,
  retryAfter: "integer",
  retryAfterSeconds: 1,
  compression: true,
  access: "granted",
  settings: "granted",
  attachments: "granted",
  ...calmNotifications,
};

/** The rough service: everything that a client has to live with, at once. */
export const roughSwitches: Partial<Switches> = {
  mastersInDelta: false,
  replays: 3,
  duplicates: true,
  emptyPages: "alternate",
  seriesOverflowPages: false,
  seriesExpansion: "ignored",
  retryAfter: "fraction",
  expiredLink: "400",
  notificationBatchMs: 1000,
  renewalValidated: true,
  duplicateSubscriptions: "allowed",
};
