import { closest, distance } from "fastest-levenshtein";

/** The allowed word that `word` was probably meant to be, if one is near enough. */
export function suggest(word: string, allowed: readonly string[]): string | undefined {
  if (allowed.length === 0) return undefined;
  const lower = word.toLowerCase();
  const nearest = closest(
    lower,
    allowed.map((candidate) => candidate.toLowerCase()),
  );
  if (distance(lower, nearest) > Math.ceil(lower.length / 3)) return undefined;
  return allowed.find((candidate) => candidate.toLowerCase() === nearest);
}
