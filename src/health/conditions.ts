import { sentence } from "../http/sentence.ts";
import type { StoredHold } from "../store/holds.ts";
import type { AccountStatus, TargetStatus } from "../store/status.ts";
import type { Condition } from "./alerts.ts";
import { describeSpan } from "./describe-span.ts";
import type { AccountFreshness, TargetFreshness } from "./freshness.ts";
import type { Expiry } from "./settings.ts";

/** An account or a target of the configuration, as it is stored and as it was judged. */
export type JudgedAccount = { readonly status: AccountStatus; readonly freshness: AccountFreshness };
export type JudgedTarget = { readonly status: TargetStatus; readonly freshness: TargetFreshness };

/** Longer than translating everything anew takes, which makes events look old that are not. */
const behindGraceMs = 10 * 60_000;
/** Longer than a restart of the server or a short failure of the network. */
const failingGraceMs = 15 * 60_000;
/** Longer than several attempts at a single event. */
const owedGraceMs = 60 * 60_000;

/** All that needs attention, in the owner's words. */
export function conditionsOf(
  accounts: readonly JudgedAccount[],
  targets: readonly JudgedTarget[],
  holds: readonly StoredHold[],
  expiries: readonly Expiry[],
  now: number,
): Condition[] {
  return [
    ...accounts.flatMap(ofAccount),
    ...targets.flatMap(ofTarget),
    ...holds.filter((hold) => !hold.approved).map(ofHold),
    ...expiries.flatMap((expiry) => ofExpiry(expiry, now)),
  ];
}

function condition(kind: Condition["kind"], subject: string, message: string, graceMs = 0): Condition {
  return { kind, subject, stage: "", message, graceMs, repeats: true };
}

function ofAccount({ status, freshness }: JudgedAccount): Condition[] {
  const subject = `${status.source}/${status.account}`;
  const { quarantined, owedSince, error, completeAt } = status;
  const found: Condition[] = auditConditions(subject, freshness, false);
  if (freshness.overdue) {
    const last =
      completeAt === null ? "has never been read completely" : `was last read completely at ${completeAt}`;
    const why =
      error === null
        ? "No pull has ended since: see whether the daemon is at work (`kalends status`)."
        : `The last attempt: ${withRetry(error)}`;
    const limit = `longer ago than the ${describeSpan(freshness.limitMs)} that the configuration allows`;
    found.push(condition("stale", subject, `${subject} ${last}, ${limit}. ${why}`));
  }
  if (quarantined > 0) {
    const message = `${events(quarantined)} of ${subject} cannot be translated and ${quarantined === 1 ? "is" : "are"} left out. \`kalends status\` names each with the reason; mend it at the source.`;
    found.push(condition("quarantined", subject, message));
  }
  // Where the account is overdue for their sake, that says it already.
  if (owedSince !== null && !freshness.overdue) {
    const message = `Some events of ${subject} could not be read since ${owedSince}; all others are. They are tried again with each pull; \`kalends status\` names them with the reason.`;
    found.push(condition("owed", subject, message, owedGraceMs));
  }
  return found;
}

/** What failed, and that it is tried again, which some errors say themselves. */
function withRetry(error: string): string {
  const isSaid = /\b(tried|asked|read) again\b|\btries again\b/.test(error);
  return isSaid ? sentence(error) : `${sentence(error)} It is tried again by itself.`;
}

function ofTarget({ status, freshness }: JudgedTarget): Condition[] {
  const { target, held, error, refused } = status;
  const { waitingSince, limitMs } = freshness;
  const name = JSON.stringify(target);
  const found = auditConditions(target, freshness, status.auditWaits, name);
  if (held !== null)
    found.push(condition("held", target, `Nothing is written to ${name}: ${sentence(held)}`));
  if (error !== null) {
    const message = `Writing to ${name} fails: ${withRetry(error)}`;
    found.push(condition("failing", target, message, failingGraceMs));
  }
  if (freshness.state === "stale") {
    const message = `A change has waited to be written to ${name} since ${waitingSince}, longer than the ${describeSpan(limitMs)} that the configuration allows. \`kalends status\` says what stands in the way.`;
    found.push(condition("stale", target, message, behindGraceMs));
  }
  if (refused > 0) {
    const message = `The server refuses ${events(refused)} in ${name}. \`kalends status\` names each with the reason; it is tried again when it changes, and each hour.`;
    found.push(condition("refused", target, message));
  }
  return found;
}

function ofHold({ targetId, sourceId, since, reason }: StoredHold): Condition {
  const subject = `${targetId}/${sourceId}`;
  const message = `Held in ${JSON.stringify(targetId)} since ${since}: ${sentence(reason)} \`kalends hold show ${targetId} ${sourceId}\` names the events; \`hold approve\` lets it pass, \`hold reject\` keeps what stands.`;
  return condition("held", subject, message);
}

/**
 * @param waits some differences only a person can put right
 * @param name how messages call the subject
 */
function auditConditions(
  subject: string,
  { audit, balancedAt }: Pick<AccountFreshness, "audit" | "balancedAt">,
  waits: boolean,
  name = subject,
): Condition[] {
  const last =
    balancedAt === null ? "No audit has balanced yet" : `The last one that balanced was at ${balancedAt}`;
  switch (audit) {
    case "none":
    case "balanced":
      return [];
    case "unbalanced":
      return [
        condition(
          "unbalanced",
          subject,
          `The newest audit of ${name} found differences${waits ? ", and some only you can put right" : ""}. ${last}. \`kalends audit\` names them; \`kalends audit --repair\` puts right what it may, and says of the rest what to do.`,
        ),
      ];
    case "overdue":
      return [
        condition(
          "audit-overdue",
          subject,
          `${name} has not been audited for too long. ${last}. \`kalends audit\` does it now; the log says why the scheduled ones fail.`,
        ),
      ];
    default:
      return audit satisfies never;
  }
}

const dayMs = 86_400_000;

function ofExpiry({ sourceId, what, endsAt }: Expiry, now: number): Condition[] {
  const days = (endsAt - now) / dayMs;
  const stage = [0, 1, 7, 30].find((limit) => days <= limit);
  if (stage === undefined) return [];
  const date = new Date(endsAt - 1).toISOString().slice(0, 10);
  const verb = stage === 0 ? "ended" : "ends";
  const then =
    stage === 0 ? "Its calendars are not read any more" : "After that its calendars are not read any more";
  const message = `The ${what} of ${JSON.stringify(sourceId)} ${verb} on ${date}. ${then}: make a new one in the app registration and change it in the configuration.`;
  return [
    { kind: "expiring", subject: sourceId, stage: String(stage), message, graceMs: 0, repeats: stage === 0 },
  ];
}

function events(count: number): string {
  return count === 1 ? "1 event" : `${count} events`;
}
