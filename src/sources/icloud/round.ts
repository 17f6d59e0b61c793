import { inBatches } from "../../dav/batches.ts";
import { readCalendar } from "../../dav/calendars.ts";
import { listEtags } from "../../dav/list-etags.ts";
import type { Clock } from "../../http/clock.ts";
import type { Page, RoundRequest } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { readChanges } from "./changes.ts";
import {
  type Checkpoint,
  formatCheckpoint,
  formatResume,
  parseCheckpoint,
  parseResume,
  type Resume,
} from "./checkpoint.ts";
import { fetchObjects } from "./fetch-objects.ts";

/** Objects per page, and so per commit. */
const pageSize = 50;

/** A server may answer an expired token with nothing instead of an error: a listing of everything now and then heals it. */
const listEveryMs = 86_400_000;

/** A refusal may be a passing one: how long it is before sync-collection is tried again. */
const retrySyncAfterMs = 86_400_000;

/** What the server said, before the objects are read. */
type Findings = {
  readonly kind: Page["kind"];
  readonly found: ReadonlyMap<string, string | null>;
  readonly gone: readonly string[];
  readonly known: ReadonlyMap<string, string>;
  readonly resume: Resume;
  readonly checkpoint: Checkpoint;
  readonly note: string | null;
};

type Round = {
  readonly account: Account;
  readonly collection: Collection;
  readonly request: RoundRequest;
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

/** Reads a round over one collection. @throws RemoteError `checkpoint`: begin again with none. */
export async function* readRound(round: Round): AsyncGenerator<Page, void, undefined> {
  yield* pages(round, await ask(round));
}

async function ask(round: Round): Promise<Findings> {
  const { resume, checkpoint } = round.request;
  const { subject } = round.collection;
  if (resume !== null) {
    const position = parseResume(resume, subject);
    return position.at === "sync"
      ? sinceToken(round, position.token, position.listedAt)
      : listing(round, position.end, null);
  }
  if (checkpoint !== null) {
    const position = parseCheckpoint(checkpoint, subject);
    if (position.mode === "sync") {
      const age = round.clock.now() - position.listedAt;
      const isStale = age >= listEveryMs || age < 0;
      return isStale ? everything(round) : sinceToken(round, position.token, position.listedAt);
    }
    const wait = position.retrySyncAt === undefined ? null : position.retrySyncAt - round.clock.now();
    const isDue = wait !== null && (wait <= 0 || wait > retrySyncAfterMs);
    return isDue ? everything(round) : sinceCtag(round, position.ctag, position.retrySyncAt);
  }
  return everything(round);
}

/**
 * A complete listing shows whether it is complete (it has the collection in it), an initial sync-collection may be cut
 * without a word: it serves only where the server offers it and the token cannot be had without. The token is older
 * than the listing, so that what happens in between is found by the next round.
 */
async function everything(round: Round): Promise<Findings> {
  const { account, collection, signal } = round;
  const { reports, ctag, syncToken } = await readCalendar(account.client, collection.url, signal);
  const offersSync = reports?.has("{DAV:}sync-collection");
  const listedAt = round.clock.now();
  if (syncToken !== null && offersSync !== false)
    return listing(round, { mode: "sync", token: syncToken, listedAt }, null);
  return offersSync === true
    ? sinceToken(round, null, listedAt)
    : listing(round, { mode: "etags", ctag }, null);
}

async function sinceToken(round: Round, token: string | null, listedAt: number): Promise<Findings> {
  const { account, collection, request, signal } = round;
  const changes = await readChanges(account, collection, token, signal);
  if (changes === null) {
    const retrySyncAt = round.clock.now() + retrySyncAfterMs;
    return {
      ...(await sinceCtag(round, null, retrySyncAt)),
      note: "The server refused sync-collection: read by listing.",
    };
  }
  const checkpoint: Checkpoint = { mode: "sync", token: changes.token, listedAt };
  const resume: Resume = { at: "sync", token, listedAt };
  const found = changes.changed;
  if (token === null) {
    const known = await request.knownEtags("all");
    return { kind: "complete", found, gone: [], known, resume, checkpoint, note: null };
  }
  const known = await request.knownEtags([...found.keys()]);
  const repeatsWhatWeHold = [...found].some(([href, etag]) => isSame(known, href, etag));
  // An expired token may be answered with everything instead of an error; then absence counts.
  if (repeatsWhatWeHold) {
    const listed: Checkpoint = { ...checkpoint, listedAt: round.clock.now() };
    return listing(round, listed, "The server repeated what it had said before: read by listing.");
  }
  return { kind: "incremental", found, gone: changes.removed, known, resume, checkpoint, note: null };
}

async function sinceCtag(
  round: Round,
  seen: string | null,
  retrySyncAt: number | undefined,
): Promise<Findings> {
  // Read before the listing: a change in between is then found again by the next round.
  const { ctag } = await readCalendar(round.account.client, round.collection.url, round.signal);
  const checkpoint: Checkpoint = {
    mode: "etags",
    ctag,
    ...(retrySyncAt === undefined ? {} : { retrySyncAt }),
  };
  if (ctag === null || ctag !== seen) return listing(round, checkpoint, null);
  const nothing = { found: new Map(), gone: [], known: new Map() };
  return {
    kind: "incremental",
    ...nothing,
    resume: { at: "listing", end: checkpoint },
    checkpoint,
    note: null,
  };
}

async function listing(round: Round, checkpoint: Checkpoint, note: string | null): Promise<Findings> {
  const { account, collection, request, signal } = round;
  const listed = await listEtags(account.client, collection.url, signal);
  const found = new Map(listed.map(({ href, etag }) => [href, etag]));
  const known = await request.knownEtags("all");
  const resume: Resume = { at: "listing", end: checkpoint };
  return { kind: "complete", found, gone: [], known, resume, checkpoint, note };
}

const isSame = (known: ReadonlyMap<string, string>, href: string, etag: string | null) =>
  etag !== null && known.get(href) === etag;

async function* pages(round: Round, findings: Findings): AsyncGenerator<Page, void, undefined> {
  const { kind, found, known } = findings;
  const present = [...found].filter(([href, etag]) => isSame(known, href, etag)).map(([href]) => href);
  const wanted = [...found].filter(([href, etag]) => !isSame(known, href, etag));
  const batches = [...inBatches(wanted, pageSize)];
  const lastIndex = Math.max(batches.length - 1, 0);
  for (let index = 0; index <= lastIndex; index += 1) {
    const listed = new Map(batches[index] ?? []);
    const objects = await fetchObjects(round.account, round.collection, listed, round.signal);
    const isLast = index === lastIndex;
    yield {
      kind,
      staged: objects.staged,
      present: index === 0 ? present : [],
      gone: index === 0 ? findings.gone : [],
      owed: objects.owed,
      resume: isLast ? null : formatResume(findings.resume),
      checkpoint: isLast ? formatCheckpoint(findings.checkpoint) : null,
      ...(index === 0 && findings.note !== null ? { note: findings.note } : {}),
    };
  }
}
