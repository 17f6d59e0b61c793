import type { Window } from "../../calendar/window.ts";
import { RemoteError } from "../../http/remote-error.ts";
import { accountKey, findAccount } from "../../store/accounts.ts";
import { owedByCollection, type StagedForAudit, stagedForAudit } from "../../store/audit-source.ts";
import { type Collection, listCollections } from "../../store/collections.ts";
import { nativesOf } from "../../store/translations.ts";
import type { AccountInUse } from "../account-in-use.ts";
import { type Books, compareListings, type Finding, lasting, unlisted } from "./compare-listing.ts";
import type { Context } from "../context.ts";
import { pullAccount } from "../pull/pull.ts";
import { refOf } from "../pull/pull-state.ts";
import { touchesSpan } from "../translate/touches-span.ts";

/** How an account and what is staged of it compare. */
export type Look = {
  readonly entry: AccountInUse;
  /** The account was pulled without anything left to do. */
  readonly isPulled: boolean;
  /** The calendars of the account that are listed now. */
  readonly collections: readonly Collection[];
  /** By collection id; none of a calendar that could not be listed in full. */
  readonly books: ReadonlyMap<number, Books>;
  /** Native ids that are owed, by collection id. */
  readonly owed: ReadonlyMap<number, ReadonlySet<string>>;
  /** Every calendar was listed to its end. */
  readonly isListed: boolean;
  /** What could not be looked at is tried again, and may succeed, without a person. */
  readonly heals: boolean;
  readonly findings: readonly Finding[];
  /** One sentence per thing that could not be looked at. */
  readonly errors: readonly string[];
};

/** What changes while it is looked at differs too: so often is it looked at again. */
const looksMax = 4;

/**
 * Looks at an account until a look finds nothing that the one before did not: a pull, then a listing of each calendar in
 * full. The findings are what both have. Writes nothing but what the pulls do.
 *
 * @param ignoreBackOff single events that failed often are tried as well: somebody asked for this audit
 */
export async function lookUntilSteady(
  context: Context,
  entry: AccountInUse,
  signal: AbortSignal,
  ignoreBackOff: boolean,
): Promise<Look> {
  let before = await look(context, entry, signal, ignoreBackOff);
  let lasts: readonly Finding[] = [];
  for (let looks = 1; before.findings.length > 0 && looks < looksMax; looks += 1) {
    const now = await look(context, before.entry, signal, ignoreBackOff);
    lasts = lasting(before.findings, now.findings);
    if (lasts.length === now.findings.length) return now;
    before = now;
  }
  if (before.findings.length === 0) return before;
  const restless = `${accountKey(entry.configured)} kept changing while it was looked at, and will be audited again.`;
  return { ...before, findings: lasts, isListed: false, heals: true, errors: [...before.errors, restless] };
}

async function look(
  context: Context,
  known: AccountInUse,
  signal: AbortSignal,
  ignoreBackOff: boolean,
): Promise<Look> {
  const { configured } = known;
  await waitForTurn(context, known, signal);
  const pull = await pullAccount(context, configured, known.account, signal, { ignoreBackOff });
  const account = await findAccount(context.db, configured.sourceId, configured.name);
  const entry = { configured, account: account ?? known.account };
  const all = await listCollections(context.db, entry.account.id);
  const collections = all.filter((collection) => collection.vanished_at === null);
  const owed = await owedByCollection(context.db, entry.account.id);
  const nothing = {
    entry,
    isPulled: false,
    isListed: false,
    heals: pull.outcome !== "failed",
    collections,
    books: new Map(),
    owed,
    findings: [],
  };
  const name = accountKey(configured);
  if (pull.outcome === "busy")
    return {
      ...nothing,
      errors: [
        `${name} is being read by another process, or that was ended in the middle of it less than a minute ago; it will be audited later.`,
      ],
    };
  if (pull.calendars === 0 && pull.outcome !== "complete") return { ...nothing, errors: pull.errors };
  const { listings, errors, heals } = await listAll(context, entry, collections, signal);
  const staged = await stagedForAudit(context.db, entry.account.id);
  const outside = await standingOutside(context, entry, unlisted({ listings, staged }));
  const compared = compareListings({ listings, staged, owed }, outside);
  const isPulled = pull.outcome === "complete";
  const isListed = listings.size === collections.length;
  const allErrors = [...pull.errors, ...errors];
  return { entry, isPulled, isListed, heals, collections, owed, ...compared, errors: allErrors };
}

/** Some servers are not to be asked again at once, and a look follows others. */
async function waitForTurn(
  context: Context,
  { configured, account }: AccountInUse,
  signal: AbortSignal,
): Promise<void> {
  const age = context.clock.now() - (account.attempted_at?.getTime() ?? 0);
  const left = configured.pullFloorMs - age;
  if (age < 0 || left <= 0) return;
  const seconds = Math.ceil(left / 1_000);
  const task = `waiting until ${accountKey(configured)} may be asked again (seconds)`;
  try {
    for (let done = 0; done < seconds; done += 1) {
      context.progress({ task, done, total: seconds });
      await context.clock.sleep(Math.min(1_000, left - done * 1_000), signal);
    }
  } catch (error) {
    // Stopped: the pull says so.
    if (!(error instanceof RemoteError)) throw error;
  }
}

/** The calendars that can be listed in full now. One that the pull could not read is not compared with what it left. */
async function listAll(
  context: Context,
  { configured, account }: AccountInUse,
  collections: readonly Collection[],
  signal: AbortSignal,
) {
  const listings = new Map<number, ReadonlyMap<string, string | null>>();
  const errors: string[] = [];
  let heals = true;
  for (const collection of collections) {
    if (collection.last_error !== null) continue;
    try {
      const listing = new Map<string, string | null>();
      const ref = refOf(collection, account.memory);
      const span = shrunk(context.window(), listedMarginMs);
      for await (const page of configured.source.list(ref, span, signal)) {
        for (const { nativeId, etag } of page) listing.set(nativeId, etag);
        const task = `listing ${configured.sourceId}, ${collection.name}`;
        context.progress({ task, done: listing.size, total: null });
      }
      listings.set(collection.id, listing);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (!error.willRecover && error.kind !== "aborted") heals = false;
      errors.push(error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`);
      // These concern the whole account: going on would only repeat them for every calendar.
      if (error.kind === "auth" || error.kind === "throttled" || error.kind === "aborted") break;
    }
  }
  return { listings, errors, heals };
}

const dayMs = 86_400_000;
/** Servers differ in what touches an edge, and a round that began yesterday had another one. */
const listedMarginMs = dayMs;
/** What lies at least so far inside must be in the listing, in whatever zone its whole days are meant. */
const expectedMarginMs = 3 * dayMs;

/** A window less a margin on both sides; a short one less a quarter of it at the most. */
function shrunk({ from, until }: Window, marginMs: number): Window {
  const [start, end] = [Date.parse(from), Date.parse(until)];
  const margin = Math.min(marginMs, (end - start) / 4);
  return { from: new Date(start + margin).toISOString(), until: new Date(end - margin).toISOString() };
}

/** Staged ids of unlisted events that need not be in a listing, since none of their occurrences is well inside its span. */
async function standingOutside(
  context: Context,
  entry: AccountInUse,
  events: readonly StagedForAudit[],
): Promise<ReadonlySet<number>> {
  if (entry.configured.source.coverage === "everything") return new Set();
  const span = shrunk(context.window(), expectedMarginMs);
  const outside = new Set<number>();
  const unsure: number[] = [];
  for (const { stagedId, span: own } of events) {
    const isOutside =
      own !== null && (own.from >= span.until || (own.until !== null && own.until <= span.from));
    if (isOutside) outside.add(stagedId);
    else unsure.push(stagedId);
  }
  for (let at = 0; at < unsure.length; at += nativesAtOnce) {
    const natives = await nativesOf(context.db, unsure.slice(at, at + nativesAtOnce));
    for (const [stagedId, { native }] of natives)
      if (!touchesSpan(context, entry, native, span)) outside.add(stagedId);
  }
  return outside;
}

const nativesAtOnce = 200;
