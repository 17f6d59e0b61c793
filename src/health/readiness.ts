import type { AccountFreshness, TargetFreshness } from "./freshness.ts";
import { describeSpan } from "./describe-span.ts";

/** Why what the phone shows may not be current, one reason for each account or target. */
export type Reason = {
  readonly kind: "never-read" | "never-written" | "stale" | "behind" | "held";
  /** `source/account`, or the target. */
  readonly subject: string;
  /** A full sentence. */
  readonly message: string;
};

/** Ready: everything that is read is read often enough, and nothing waits for too long to be written. */
export type Readiness = { readonly ready: boolean; readonly reasons: readonly Reason[] };

/** Whether what the phone shows is current, as far as the limits of the configuration ask for it. */
export function readiness(
  accounts: readonly AccountFreshness[],
  targets: readonly TargetFreshness[],
): Readiness {
  const reasons = [...accounts.flatMap(reasonOfAccount), ...targets.flatMap(reasonOfTarget)];
  return { ready: reasons.length === 0, reasons };
}

function reasonOfAccount({ source, account, state, completeAt, limitMs }: AccountFreshness): Reason[] {
  const subject = `${source}/${account}`;
  switch (state) {
    case "never":
      return [{ kind: "never-read", subject, message: `${subject} has never been read completely.` }];
    case "stale":
      return [
        {
          kind: "stale",
          subject,
          message: `${subject} was last read completely at ${completeAt}, longer ago than ${describeSpan(limitMs)}.`,
        },
      ];
    case "fresh":
    case "failing":
      return [];
    default:
      return state satisfies never;
  }
}

function reasonOfTarget({ target, state, waitingSince, limitMs }: TargetFreshness): Reason[] {
  switch (state) {
    case "held":
      return [
        {
          kind: "held",
          subject: target,
          message: `Nothing is written to ${JSON.stringify(target)}: a person must decide.`,
        },
      ];
    case "never":
      return [
        {
          kind: "never-written",
          subject: target,
          message: `${JSON.stringify(target)} has never been written to: \`kalends sync\` or \`kalends run\` does so.`,
        },
      ];
    case "stale":
      return [
        {
          kind: "behind",
          subject: target,
          message: `A change has waited to be written to ${JSON.stringify(target)} since ${waitingSince}, longer than ${describeSpan(limitMs)}.`,
        },
      ];
    case "fresh":
    case "failing":
      return [];
    default:
      return state satisfies never;
  }
}
