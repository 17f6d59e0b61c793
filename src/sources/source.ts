import type { Translation } from "../calendar/candidate.ts";
import type { Window } from "../calendar/window.ts";

/**
 * The port to one account that is pulled as a unit: a Graph mailbox or a CalDAV account.
 *
 * A source talks to the outside and keeps nothing: what must be remembered is returned and handed in
 * again. Every method throws RemoteError when it could not read what it was asked for; it never
 * returns an empty answer for a failed read.
 */
export interface Source extends AsyncDisposable {
  /**
   * All calendars of the account that the configuration selects: a complete listing.
   * `memory` is what the last call returned (a CalDAV home URL, say), or null.
   */
  listCalendars(memory: string | null, signal: AbortSignal): Promise<CalendarListing>;

  /** Begins or continues a round over one calendar. Lazy: nothing is requested before the first page is. */
  round(request: RoundRequest, signal: AbortSignal): AsyncIterable<Page>;

  /**
   * Works off what pages left owed. Yields batches, each to be committed by itself; an item that could
   * not be settled this time is yielded as `failed` and stays owed. Items of kind `tombstone` are handed
   * in only when every calendar of the account has finished its round. `others` are the account's other calendars:
   * what is gone from one may stand in another that did not tell of it.
   */
  settle(
    calendar: CalendarRef,
    items: readonly OwedWork[],
    window: Window,
    signal: AbortSignal,
    others?: readonly CalendarRef[],
  ): AsyncIterable<readonly Settlement[]>;

  /**
   * Lists what the calendar holds now and that touches the window (all of it where `coverage` is `everything`), without
   * regard to any checkpoint: for holding what is staged against. Ends normally only after the last page. A native id
   * may come more than once; an item of a series counts for the series.
   */
  list(calendar: CalendarRef, window: Window, signal: AbortSignal): AsyncIterable<readonly ListedEvent[]>;

  /** What a complete round speaks for: `window` (Graph's calendarView) or `everything` (a CalDAV listing). */
  readonly coverage: "window" | "everything";

  readonly translator: Translator;
}

/** The pure half of a source: native form to iCalendar. Same input, same output, on any machine. */
export interface Translator {
  /** Raised whenever the output for the same input may differ. */
  readonly version: number;
  translate(native: string, context: TranslationContext): Translation;
}

export type TranslationContext = {
  /** IANA zone for events whose own zone cannot be known. */
  readonly zone: string;
  readonly window: Window;
  /** The account's: see `CalendarListing`. */
  readonly categoryColors: CategoryColors;
};

/** CSS3 colour names (RFC 7986 5.9) by category, whose name is in lower case. */
export type CategoryColors = Readonly<Record<string, string>>;

/** A calendar as the source names it: a Graph calendar id or a collection href (decoded path). */
export type CalendarRef = {
  readonly id: string;
  readonly name: string;
  /** The `memory` of the listing that it is known from; none in the listing itself. */
  readonly memory?: string | null;
};

export type CalendarListing = {
  readonly calendars: readonly CalendarRef[];
  /** Configured names or ids that the account does not have. */
  readonly notFound: readonly string[];
  readonly memory: string | null;
  /** All colours that the account has; null where they were not read this time: the last ones count on. */
  readonly categoryColors: CategoryColors | null;
};

export type RoundRequest = {
  readonly calendar: CalendarRef;
  /** The span to ask for when a complete round begins. */
  readonly window: Window;
  /** Opaque, from the last finished round; null begins a complete round. */
  readonly checkpoint: string | null;
  /** Opaque, from the last committed page of an unfinished round; goes before `checkpoint`. */
  readonly resume: string | null;
  /** ETags of the events staged from this calendar, by native id. */
  knownEtags(nativeIds: readonly string[] | "all"): Promise<ReadonlyMap<string, string>>;
  /** Native forms staged from the account, by native id: for what a page leaves out of an event and settling adds. */
  stagedNatives(nativeIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
};

/** One commit's worth of a round. */
export type Page = {
  /** `complete`: what is not `staged`, `present` or `owed` by the end of the round is absent from the window. */
  readonly kind: "incremental" | "complete";
  readonly staged: readonly NativeEvent[];
  /** Native ids that are there and unchanged. */
  readonly present: readonly string[];
  /** Native ids that the source calls removed. Never believed before they were settled as tombstones. */
  readonly gone: readonly string[];
  readonly owed: readonly OwedItem[];
  /** Opaque; where to go on after this page. Null on the last page. */
  readonly resume: string | null;
  /** Opaque; on the last page only: the round is finished and this is where the next one starts. */
  readonly checkpoint: string | null;
  /** Something the owner may want to know of how it was read ("delta refused, read by plain listing"). */
  readonly note?: string;
};

/** A staged event: a single event, or a series with everything that belongs to it. */
export type NativeEvent = {
  /** Graph: the immutable id of the single event or master. CalDAV: the href, decoded. */
  readonly nativeId: string;
  readonly etag: string | null;
  /** Graph JSON (see graph/native.ts) or the verbatim iCalendar object. */
  readonly native: string;
};

/** One event of a listing. */
export type ListedEvent = {
  /** As it is staged: see `NativeEvent`. */
  readonly nativeId: string;
  /** To be compared with the staged one; null where the listing cannot tell whether what is staged is current. */
  readonly etag: string | null;
};

/** `series`: read master, overrides and cancellations anew. `fetch`: read the object, or what its page left out. `tombstone`: confirm the removal. */
export type OwedItem = { readonly kind: "series" | "fetch" | "tombstone"; readonly nativeId: string };

/** `native` is what is staged under the id now, or null. */
export type OwedWork = OwedItem & { readonly native: string | null };

export type Settlement =
  | {
      readonly kind: "staged";
      readonly item: OwedItem;
      readonly event: NativeEvent;
      /** What belongs to the event and could not be read this time: it is staged, and stays owed all the same. */
      readonly stillOwed?: Error;
    }
  | {
      readonly kind: "gone";
      readonly item: OwedItem;
      /** The source still answers for the event, in this calendar or in another one, and no list has it. */
      readonly unlisted?: "here" | "elsewhere";
    }
  /** Nothing to do: the reason says why (the id is an occurrence's, the event stands elsewhere …). */
  | { readonly kind: "void"; readonly item: OwedItem; readonly reason: string }
  | { readonly kind: "failed"; readonly item: OwedItem; readonly error: Error };
