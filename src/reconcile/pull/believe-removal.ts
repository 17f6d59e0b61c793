import type { Settlement } from "../../sources/source.ts";

/** What is known of a removal beside how it was settled. */
export type Removal = {
  /** The source called the event removed, which is more than a list that lacks it. */
  readonly reported: boolean;
  /** When it was first found that only lists lack the event, epoch milliseconds; null before. */
  readonly unlistedSince: number | null;
};

/** A settlement, or a removal that is to be looked at again later. */
export type Believed =
  | Settlement
  | {
      readonly kind: "doubted";
      readonly item: Settlement["item"];
      /** Epoch milliseconds. */
      readonly unlistedSince: number;
      readonly askAgainAt: number;
    };

/** Lists of a service in trouble lack events all at once; an hour later they have recovered. */
export const doubtMs = 3_600_000;

/**
 * Whether a removal is believed. Where the source answers for the very event, never called it removed from there, and no
 * list has it, one kind of answer speaks against another: it is looked at again after an hour.
 */
export function believeRemoval(settlement: Settlement, removal: Removal | undefined, now: number): Believed {
  if (settlement.kind !== "gone" || settlement.unlisted === undefined) return settlement;
  // What left one calendar for another was reported by the one it left.
  if (settlement.unlisted === "here" && removal?.reported === true) return settlement;
  const { item } = settlement;
  const since = removal?.unlistedSince ?? now;
  // Of an instant that lies ahead the clock was set back: the hour begins anew.
  const unlistedSince = Math.min(since, now);
  if (now - unlistedSince >= doubtMs) return settlement;
  return { kind: "doubted", item, unlistedSince, askAgainAt: unlistedSince + doubtMs };
}
