import type { AccountStatus, TargetStatus } from "../store/status.ts";

/** Of the last audit: `none` yet, `overdue` when too long ago, `unbalanced` when the newest one found a difference. */
export type AuditState = "none" | "balanced" | "unbalanced" | "overdue";

/**
 * How current an account is: `never` read completely, `stale` when the last complete pull is older than its limit,
 * `failing` when it is not (yet) but the last pull failed.
 */
export type AccountFreshness = {
  readonly source: string;
  readonly account: string;
  readonly state: "never" | "fresh" | "failing" | "stale";
  /** It has been without a complete pull for longer than the limit. */
  readonly overdue: boolean;
  readonly limitMs: number;
  readonly completeAt: string | null;
  readonly balancedAt: string | null;
  readonly audit: AuditState;
};

/**
 * How current a target is: `stale` when something has waited to be written for longer than the limit, `never` written to
 * though something waits.
 */
export type TargetFreshness = {
  readonly target: string;
  readonly state: "never" | "fresh" | "held" | "failing" | "stale";
  readonly limitMs: number;
  /** Since when the oldest change waits that is staged and not applied, and how long that is. */
  readonly waitingSince: string | null;
  readonly lagMs: number;
  readonly balancedAt: string | null;
  readonly audit: AuditState;
};

/**
 * Time between two instants, whichever is later: after the clock was set back an instant that lies ahead counts by
 * its distance, so that nothing looks fresh for longer than twice its limit.
 */
function ageMs(instant: string, now: number): number {
  return Math.abs(now - Date.parse(instant));
}

/** Judges an account by the age of its last complete pull; limits in milliseconds, `now` epoch milliseconds. */
export function accountFreshness(
  status: AccountStatus,
  limits: { readonly pullMs: number; readonly auditMs: number },
  now: number,
): AccountFreshness {
  const { source, account, completeAt, balancedAt, error } = status;
  const age = completeAt === null ? sinceAdded(status, now) : ageMs(completeAt, now);
  const overdue = age > limits.pullMs;
  const current = error === null ? "fresh" : "failing";
  return {
    source,
    account,
    state: completeAt === null ? "never" : overdue ? "stale" : current,
    overdue,
    limitMs: limits.pullMs,
    completeAt,
    balancedAt,
    audit: auditState(status, limits.auditMs, now),
  };
}

/** Judges a target by the oldest change that waits in it or in the accounts that feed it. */
export function targetFreshness(
  status: TargetStatus,
  feeding: readonly AccountStatus[],
  limits: { readonly pullMs: number; readonly auditMs: number },
  now: number,
): TargetFreshness {
  const waiting = [status, ...feeding].flatMap(({ waitingSince }) => waitingSince ?? []);
  const waitingSince = waiting.toSorted()[0] ?? null;
  const lagMs = waitingSince === null ? 0 : ageMs(waitingSince, now);
  const isNew = status.reconciledAt === null && waitingSince !== null;
  const current = isNew ? "never" : status.error === null ? "fresh" : "failing";
  return {
    target: status.target,
    state: status.held !== null ? "held" : lagMs > limits.pullMs ? "stale" : current,
    limitMs: limits.pullMs,
    waitingSince,
    lagMs,
    balancedAt: status.balancedAt,
    audit: auditState(status, limits.auditMs, now),
  };
}

/** The database's clock wrote it, which need not be ours: an instant ahead is now. */
function sinceAdded({ addedAt }: { readonly addedAt: string }, now: number): number {
  return Math.max(0, now - Date.parse(addedAt));
}

type Audited = {
  readonly addedAt: string;
  readonly auditedAt: string | null;
  readonly balancedAt: string | null;
};

function auditState({ addedAt, auditedAt, balancedAt }: Audited, limitMs: number, now: number): AuditState {
  if (auditedAt === null) return sinceAdded({ addedAt }, now) > limitMs ? "overdue" : "none";
  if (balancedAt === null || balancedAt < auditedAt) return "unbalanced";
  return ageMs(balancedAt, now) > limitMs ? "overdue" : "balanced";
}
