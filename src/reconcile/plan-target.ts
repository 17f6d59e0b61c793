import type { Marks } from "../store/dirty-keys.ts";
import { holdsBefore } from "../store/holds.ts";
import { countStanding } from "../store/count-standing.ts";
import { pendingRemovals } from "../store/pending-removals.ts";
import { ensureTarget } from "../store/targets.ts";
import { type AccountInUse, accountsOfTarget } from "./account-in-use.ts";
import type { Action, Rest } from "./action.ts";
import type { ConfiguredTarget, Context } from "./context.ts";
import { gather } from "./gather/gather.ts";
import { guard, type GuardLimits, type GuardOptions, type Hold } from "./guard.ts";
import { plan } from "./plan.ts";
import { surveyWithoutWriting } from "./target/open-target.ts";
import { isToBeSurveyed } from "./target/survey.ts";
import { translateTarget } from "./translate/translate.ts";
import { withLease } from "./with-lease.ts";

/** The plan of a target as it would be carried out now. */
export type GuardedPlan = {
  readonly actions: readonly Action[];
  readonly rests: readonly Rest[];
  readonly allowed: readonly Action[];
  readonly asked: ReadonlySet<Action>;
  readonly holds: readonly Hold[];
  /** Keys for which a decision of a person does not hold any more. */
  readonly unpinned: readonly string[];
  /** The keys that were looked at. */
  readonly marks: Marks;
};

/** Plans and guards from stored state alone; writes nothing. */
export async function planTarget(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  options: Pick<GuardOptions, "rewritesExpected" | "unguarded">,
): Promise<GuardedPlan> {
  const marks = new Map<string, string>();
  const actions: Action[] = [];
  const rests: Rest[] = [];
  const unpinned: string[] = [];
  const windowFrom = context.window().from;
  for await (const page of gather(context, targetId, accounts)) {
    const part = plan(page.states, windowFrom);
    for (const [key, mark] of page.marks) marks.set(key, mark);
    actions.push(...part.actions);
    rests.push(...part.rests);
    unpinned.push(...part.unpinned);
  }
  const standing = await countStanding(context.db, targetId);
  const before = await holdsBefore(context.db, targetId);
  const pending = await pendingRemovals(
    context.db,
    accounts.map(({ account }) => account.id),
  );
  const limits = (sourceId: string): GuardLimits => context.guardLimits(sourceId);
  return {
    actions,
    rests,
    unpinned,
    marks,
    ...guard(actions, standing, { ...options, limits, before, pending }),
  };
}

/** Surveys, translates and plans, and writes nothing to the sink. Null while another process works on the target. */
export async function previewTarget(
  context: Context,
  configured: ConfiguredTarget,
  signal: AbortSignal,
): Promise<{ readonly held: string | null; readonly plan: GuardedPlan } | null> {
  return withLease(context, `target:${configured.id}`, signal, async (_lease, fenced) => {
    const target = await ensureTarget(context.db, configured.id);
    if (isToBeSurveyed(target)) await surveyWithoutWriting(context, configured, target, fenced);
    await translateTarget(context, configured.id, fenced);
    const accounts = await accountsOfTarget(context, configured.id);
    const { held, rewrites_expected } = await ensureTarget(context.db, configured.id);
    const options = { rewritesExpected: rewrites_expected, unguarded: null };
    return { held, plan: await planTarget(context, configured.id, accounts, options) };
  });
}
