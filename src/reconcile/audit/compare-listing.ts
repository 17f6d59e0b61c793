import type { StagedForAudit } from "../../store/audit-source.ts";

/** Native ids and ETags of complete listings, by collection id. */
export type Listings = ReadonlyMap<number, ReadonlyMap<string, string | null>>;

/** One event in which a source and what is staged of it disagree, and nothing is owed that would settle it. */
export type Finding = {
  readonly kind: "missing" | "extra" | "stale ETag";
  readonly collectionId: number;
  readonly nativeId: string;
  /** What is staged under the id; null for `missing`. */
  readonly staged: StagedForAudit | null;
};

/** What one calendar comes to. `aged`: staged, but outside the span that a listing speaks for. */
export type Books = {
  readonly listed: number;
  readonly staged: number;
  readonly aged: number;
};

export type Comparison = {
  readonly findings: readonly Finding[];
  readonly books: ReadonlyMap<number, Books>;
};

type State = {
  readonly listings: Listings;
  readonly staged: readonly StagedForAudit[];
  readonly owed: ReadonlyMap<number, ReadonlySet<string>>;
};

/** Staged events that no listing of their calendar has; none of calendars that could not be listed. */
export function unlisted({ listings, staged }: Omit<State, "owed">): StagedForAudit[] {
  return staged.filter((event) => listings.get(event.collectionId)?.has(event.nativeId) === false);
}

/**
 * Holds listings against what is staged. Pure.
 *
 * @param outside staged ids of unlisted events that the listing need not have: they do not touch its span
 */
export function compareListings({ listings, staged, owed }: State, outside: ReadonlySet<number>): Comparison {
  const isOwed = (collectionId: number, nativeId: string): boolean =>
    owed.get(collectionId)?.has(nativeId) === true;
  const byId = new Map(staged.map((event) => [event.nativeId, event]));
  /** It stands in this calendar too: a listing of the calendar that it is staged from has it as well. */
  const isStagedFor = (collectionId: number, nativeId: string): boolean => {
    const event = byId.get(nativeId);
    if (event === undefined) return false;
    return event.collectionId === collectionId || listings.get(event.collectionId)?.has(nativeId) !== false;
  };
  const findings: Finding[] = [];
  const books = new Map<number, Books>();
  const apart = unlisted({ listings, staged });
  for (const [collectionId, listing] of listings) {
    let matched = 0;
    for (const [nativeId, etag] of listing) {
      if (!isStagedFor(collectionId, nativeId)) {
        if (!isOwed(collectionId, nativeId))
          findings.push({ kind: "missing", collectionId, nativeId, staged: null });
        continue;
      }
      matched += 1;
      const event = byId.get(nativeId);
      if (event === undefined || event.collectionId !== collectionId) continue;
      const isStale = etag !== null && event.etag !== null && etag !== event.etag;
      if (isStale && !isOwed(collectionId, nativeId))
        findings.push({ kind: "stale ETag", collectionId, nativeId, staged: event });
    }
    const own = apart.filter((event) => event.collectionId === collectionId);
    const expected = own.filter((event) => !outside.has(event.stagedId));
    for (const event of expected) {
      // One that another calendar lists has moved there, and is missing there.
      const isElsewhere = [...listings.values()].some((other) => other.has(event.nativeId));
      if (!isElsewhere && !isOwed(collectionId, event.nativeId))
        findings.push({ kind: "extra", collectionId, nativeId: event.nativeId, staged: event });
    }
    books.set(collectionId, {
      listed: listing.size,
      staged: matched + expected.length,
      aged: own.length - expected.length,
    });
  }
  return { findings, books };
}

/** The findings that were there before, too. */
export function lasting(before: readonly Finding[], now: readonly Finding[]): Finding[] {
  const known = new Set(before.map(nameOf));
  return now.filter((finding) => known.has(nameOf(finding)));
}

const nameOf = ({ kind, collectionId, nativeId }: Finding): string => `${kind} ${collectionId} ${nativeId}`;
