/**
 * What kind of difference the audit found between what should be and what is.
 *
 * - `missing`: it should be there (listed by the source, or mapped to the target) and is not.
 * - `extra`: it is there and should not be.
 * - `altered`: it is there with other content.
 * - `orphan`: it is there, carries Kalends' mark, and nothing in the database accounts for it.
 * - `duplicate UID`: more than one object holds the same UID.
 * - `stale ETag`: its ETag is not the one last seen, so what is remembered of it may be out of date.
 */
export type DifferenceKind = "missing" | "extra" | "altered" | "orphan" | "duplicate UID" | "stale ETag";

/**
 * What became of a difference.
 *
 * - `found`: it was only looked at
 * - `mended`: it was put right
 * - `left`: it was to be put right and is not yet; that is tried again without a person
 * - `waits`: only a person can put it right, or has to agree
 */
export type DifferenceState = "found" | "mended" | "left" | "waits";

/** One difference found by the audit, in words an owner can act on. Shared by the source and the target half. */
export type Difference = {
  readonly side: "source" | "target";
  /** Which calendar of which account ("agency/sean@agency.example, Calendar"), or the target's id. */
  readonly place: string;
  readonly kind: DifferenceKind;
  readonly state: DifferenceState;
  readonly event: {
    readonly title: string | null;
    /** As local text or an ISO instant, for people; null where it is not known. */
    readonly start: string | null;
    readonly id: string;
  };
  /** A full sentence: what will be done about it, or what the owner can do. */
  readonly next: string;
};
