import { accountKey } from "../../store/accounts.ts";
import {
  noteAccountAudited,
  oweRepairs,
  stagedForAudit,
  type StagedForAudit,
} from "../../store/audit-source.ts";
import { discardCheckpoint } from "../../store/collections.ts";
import { nativesOf } from "../../store/translations.ts";
import { isBackingOff } from "../../store/work.ts";
import type { AccountInUse } from "../account-in-use.ts";
import type { Finding } from "./compare-listing.ts";
import type { Context } from "../context.ts";
import type { Difference } from "./difference.ts";
import { type Look, lookUntilSteady } from "./look-at-source.ts";
import { type AfterRepair, sourceDifference } from "./source-difference.ts";
import { translateNative } from "../translate/translate-native.ts";
import { withLease } from "../with-lease.ts";

/** The books of one calendar. They balance where as many events are staged as are listed, and none is owed. */
export type CalendarAudit = {
  readonly name: string;
  /** Null where it could not be listed in full. */
  readonly listed: number | null;
  /** Null with `listed`. */
  readonly staged: number | null;
  /** Staged, but outside the span that a listing speaks for; null with `listed`. */
  readonly aged: number | null;
  readonly owed: number;
};

/** What came of holding one account against what is staged of it. */
export type AccountAudit = {
  readonly source: string;
  readonly account: string;
  readonly calendars: readonly CalendarAudit[];
  readonly differences: readonly Difference[];
  /** Every calendar was listed to its end. */
  readonly isComplete: boolean;
  /** It is complete, and the books balance: after the repair, where there was one. */
  readonly isBalanced: boolean;
  /** Where it is not complete: that is tried again, and may succeed, without a person. */
  readonly heals: boolean;
  /** One sentence per thing that could not be looked at. */
  readonly errors: readonly string[];
};

export type AccountAuditOptions = {
  readonly repair: boolean;
  /** A person has asked for it now: the account is not left alone because it failed a moment ago. */
  readonly ignoreBackOff?: boolean;
};

/** From so many events on, a calendar is rather read in full than each of them by itself. */
const readInFullFrom = 100;

/**
 * The source half of the audit: reads one account, lists each of its calendars in full, and compares with what is staged.
 * Only a difference that two looks in a row have is one. A repair changes nothing by itself: it has events read anew,
 * and removals confirmed, by a pull, which follows at once.
 */
export async function auditAccount(
  context: Context,
  entry: AccountInUse,
  signal: AbortSignal,
  options: AccountAuditOptions,
): Promise<AccountAudit> {
  const audited = await audit(context, entry, signal, options);
  if (audited.isComplete)
    await noteAccountAudited(context.db, entry.account.id, audited.isBalanced, context.clock.now());
  const { source, account, differences, isComplete, isBalanced, errors } = audited;
  const summary = { source, account, differences: differences.length, isComplete, isBalanced };
  if (isBalanced) context.log.info(summary, "account audited");
  else context.log.warn({ ...summary, errors }, "account audited");
  return audited;
}

async function audit(
  context: Context,
  entry: AccountInUse,
  signal: AbortSignal,
  { repair: isRepairing, ignoreBackOff = false }: AccountAuditOptions,
): Promise<AccountAudit> {
  const { retry_at: retryAt, last_error: lastError } = entry.account;
  if (!ignoreBackOff && isBackingOff(retryAt, context.clock.now())) {
    const patience = `${accountKey(entry.configured)} is left alone until ${retryAt?.toISOString()}: ${lastError ?? "it could not be read"}`;
    return result(entry, [], null, [patience], []);
  }
  const found = await lookUntilSteady(context, entry, signal, ignoreBackOff);
  const facts = await factsOf(context, found, found.findings);
  if (!isRepairing || found.findings.length === 0) {
    const differences = found.findings.map((finding) => told(found, finding, facts, null));
    return result(entry, found.collections, found, found.errors, differences);
  }
  const isRepaired = await repair(context, found, signal);
  const after = await lookUntilSteady(context, found.entry, signal, ignoreBackOff);
  const newFacts = await factsOf(context, after, found.findings);
  const differences = found.findings.map((finding) => {
    const mended = isRepaired ? outcomeOf(finding, after, newFacts) : null;
    return told(found, finding, newFacts.has(finding.nativeId) ? newFacts : facts, mended);
  });
  const busy = `${accountKey(entry.configured)} is being read by another process: nothing was put right.`;
  return result(
    entry,
    after.collections,
    after,
    isRepaired ? after.errors : [busy, ...after.errors],
    differences,
  );
}

/** Owes what differs, so that the next pull looks at each by itself. False where another process is pulling. */
async function repair(context: Context, found: Look, signal: AbortSignal): Promise<boolean> {
  const key = `pull:${accountKey(found.entry.configured)}`;
  const done = await withLease(context, key, signal, async (lease) => {
    for (const [collectionId, findings] of Map.groupBy(found.findings, (finding) => finding.collectionId)) {
      const collection = found.collections.find(({ id }) => id === collectionId);
      if (collection === undefined) continue;
      const read = findings.filter(({ kind }) => kind !== "extra").map(({ nativeId }) => nativeId);
      const confirm = findings.filter(({ kind }) => kind === "extra").map(({ nativeId }) => nativeId);
      const isMuch = read.length >= readInFullFrom;
      await lease.check();
      if (isMuch) await discardCheckpoint(context.db, collectionId);
      await oweRepairs(context.db, collection, { read: isMuch ? [] : read, confirm }, context.clock.now());
    }
    return true;
  });
  return done === true;
}

type Facts = ReadonlyMap<string, { title: string | null; start: string | null; staged: StagedForAudit }>;

/** Title and start of what is staged under the ids of findings. */
async function factsOf(context: Context, look: Look, findings: readonly Finding[]): Promise<Facts> {
  if (findings.length === 0) return new Map();
  const wanted = new Set(findings.map(({ nativeId }) => nativeId));
  const all = await stagedForAudit(context.db, look.entry.account.id);
  const staged = all.filter(({ nativeId }) => wanted.has(nativeId));
  const natives = await nativesOf(
    context.db,
    staged.map(({ stagedId }) => stagedId),
  );
  return new Map(
    staged.map((event) => {
      const native = natives.get(event.stagedId)?.native;
      const translation = native === undefined ? null : translateNative(context, look.entry, native);
      const object = translation?.kind === "translated" ? translation.events[0]?.object : undefined;
      return [
        event.nativeId,
        { title: object?.summary ?? null, start: object?.start ?? null, staged: event },
      ] as const;
    }),
  );
}

/** What became of a finding, by the looks after its repair. */
function outcomeOf(finding: Finding, after: Look, facts: Facts): AfterRepair {
  const isSame = (other: Finding): boolean =>
    other.nativeId === finding.nativeId && other.collectionId === finding.collectionId;
  if (!after.books.has(finding.collectionId) || after.findings.some(isSame)) return "stays";
  if (after.owed.get(finding.collectionId)?.has(finding.nativeId) === true) return "owed";
  const now = facts.get(finding.nativeId)?.staged;
  if (now === undefined) return "gone";
  return now.bodyHash === finding.staged?.bodyHash ? "same" : "read";
}

function told(look: Look, finding: Finding, facts: Facts, after: AfterRepair | null): Difference {
  const { configured } = look.entry;
  const calendar = look.collections.find(({ id }) => id === finding.collectionId);
  const { title = null, start = null } = facts.get(finding.nativeId) ?? {};
  return sourceDifference(
    finding.kind,
    {
      place: `${accountKey(configured)}, ${calendar?.name ?? ""}`,
      event: { title, start, id: finding.nativeId },
    },
    after,
  );
}

function result(
  { configured }: AccountInUse,
  collections: Look["collections"],
  look: Look | null,
  errors: readonly string[],
  differences: readonly Difference[],
): AccountAudit {
  const calendars = collections.map(({ id, name }): CalendarAudit => {
    const books = look?.books.get(id);
    const owed = look?.owed.get(id)?.size ?? 0;
    return books === undefined
      ? { name, listed: null, staged: null, aged: null, owed }
      : { name, ...books, owed };
  });
  const isComplete = look !== null && look.isListed;
  // A pull that is complete leaves nothing owed.
  const isBalanced =
    isComplete &&
    look.isPulled &&
    look.findings.length === 0 &&
    calendars.every(({ listed, staged }) => listed === staged);
  const { sourceId: source, name: account } = configured;
  const heals = look === null || look.heals;
  return { source, account, calendars, differences, isComplete, isBalanced, heals, errors };
}
