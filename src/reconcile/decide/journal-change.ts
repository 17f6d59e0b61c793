import type { JournalEntry } from "../../store/journal.ts";

/** What an entry of the journal did to its object; bodies as hashes, of which some may not be kept any more. */
export type Change =
  | { readonly kind: "none" }
  | { readonly kind: "made"; readonly after: string }
  | { readonly kind: "replaced"; readonly before: string; readonly after: string }
  | { readonly kind: "removed"; readonly before: string };

/** Reads what was done out of an entry. */
export function changeOf({ before, after }: Pick<JournalEntry, "before" | "after">): Change {
  if (before === after) return { kind: "none" };
  if (before === null) return after === null ? { kind: "none" } : { kind: "made", after };
  return after === null ? { kind: "removed", before } : { kind: "replaced", before, after };
}
