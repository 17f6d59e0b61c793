import type { StoredKey } from "../../store/keys.ts";
import { nativesOf } from "../../store/translations.ts";
import { accountsOfTarget } from "../account-in-use.ts";
import type { Context } from "../context.ts";
import { coverageOf } from "./coverage.ts";
import { chooseWinner } from "../plan.ts";

/** What the sources say about a meeting: the event that has its place, and the native form that says so. */
export type Wanted = {
  readonly fingerprint: string;
  /** Null where a newer one waits to be translated. */
  readonly sourceBody: string | null;
  readonly sourceId: string;
  readonly accountId: number;
  readonly identity: string;
};

/** What the sources say about these meetings as of now, by meeting key; a meeting of none is not in it. */
export async function wantedNow(
  context: Context,
  targetId: string,
  states: readonly StoredKey[],
): Promise<Map<string, Wanted>> {
  const coveredBy = await coverageOf(context, targetId, await accountsOfTarget(context, targetId), states);
  const winners = states.flatMap(({ key, candidates }) => {
    const winner = chooseWinner(candidates.map((one) => ({ ...one, covered: coveredBy(one) !== null })));
    return winner === undefined ? [] : [{ key, winner }];
  });
  const natives = await nativesOf(
    context.db,
    winners.map(({ winner }) => winner.stagedId),
  );
  return new Map(
    winners.map(({ key, winner: { stagedId, fingerprint, sourceId, accountId, identity } }) => {
      const native = natives.get(stagedId);
      // One that is not translated yet may say something else than the candidate.
      const sourceBody = native === undefined || native.isDirty ? null : native.bodyHash;
      return [key, { fingerprint, sourceBody, sourceId, accountId, identity }];
    }),
  );
}
