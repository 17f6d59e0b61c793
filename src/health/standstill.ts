/** A counter that rises while an event loop turns, and how often in a row it was found where it had been. */
export type Standstill = { readonly beats: number; readonly looks: number };

/** One more look at the counter. Looks are counted and not time, which passes for a suspended machine as well. */
export function lookAgain(before: Standstill, beats: number): Standstill {
  return { beats, looks: beats === before.beats ? before.looks + 1 : 0 };
}
