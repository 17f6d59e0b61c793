import { RemoteError } from "../../http/remote-error.ts";
import type { NativeEvent, OwedItem, Page, RoundRequest } from "../source.ts";
import type { AttachmentAccess } from "./attachment-access.ts";
import { stageFromPage } from "./attachments.ts";
import type { GraphTarget } from "./client.ts";
import { bare } from "./event.ts";
import { encode, type Mailbox } from "./mailbox.ts";
import { type ODataPage, readPage } from "./odata-page.ts";
import { emptyTrail, endlessReason, followPage, type PageLimits } from "./page-guard.ts";
import { type SortedItems, sortItems } from "./page-items.ts";
import {
  type Checkpoint,
  covers,
  extend,
  parseCheckpoint,
  parsePosition,
  type Position,
} from "./position.ts";

/** How long a calendar that delta does not serve is read by plain views before delta gets another chance. */
const retryDeltaAfterMs = 24 * 3_600_000;
/** The same where delta was not refused but broken, which may pass. */
const retryBrokenDeltaAfterMs = 3_600_000;
const pageSize = 200;

export type RoundContext = {
  readonly mailbox: Mailbox;
  readonly attachments: AttachmentAccess;
  /** How much further than promised a token's window reaches. */
  readonly rebaseDays: number;
  readonly limits: PageLimits;
};

/**
 * One round over one calendar: `calendarView/delta` with a fixed window, or plain `calendarView` where
 * delta does not serve (refused, endless, or broken for this calendar).
 *
 * Begins a complete round by itself when there is no usable checkpoint, when its window no longer covers
 * `request.window` (the promised one), or when Graph has forgotten the link. The kind may therefore turn
 * from incremental to complete between two pages; the last page's kind holds for the whole round.
 * https://learn.microsoft.com/graph/api/event-delta
 */
export async function* pullRound(
  context: RoundContext,
  request: RoundRequest,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const { mailbox, limits } = context;
  const startedAt = mailbox.clock.uptime();
  let position = begin(context, request);
  let restarts = 0;
  let note = position.mode === "view" ? noteOf(position, position.reason) : null;
  for (;;) {
    const what = describePosition(position, request);
    let page: ODataPage;
    try {
      const target = targetOf(request, position);
      const pageSizes = position.mode === "delta" ? { pageSize } : {};
      const body = await mailbox.get({ target, what, signal, ...pageSizes });
      page = readPage(body, mailbox.describe(what), mailbox.address(target));
    } catch (error) {
      const next = recover(context, request, position, error, restarts);
      if (next === null) throw error;
      position = next;
      note = noteOf(next, reasonOf(error));
      restarts += 1;
      continue;
    }
    const content = await stageItems(context, request, sortItems(page.items, mailbox.describe(what)));
    const told = note === null ? {} : { note };
    const trail = followPage(position.trail, page.items);
    const kind = position.mode === "view" ? "complete" : position.kind;
    if (page.nextLink === null) {
      const checkpoint = JSON.stringify(finish(position, page, mailbox.describe(what)));
      yield { kind, ...content, resume: null, checkpoint, ...told };
      return;
    }
    const endless = endlessReason(trail, mailbox.clock.uptime() - startedAt, limits);
    if (endless !== null) {
      if (position.mode === "view") {
        throw new RemoteError("protocol", `${mailbox.describe(what)} does not end: ${endless}`);
      }
      position = viewStart(context, request, endless);
      note = noteOf(position, endless);
      continue;
    }
    position = { ...position, link: page.nextLink, trail };
    yield { kind, ...content, resume: JSON.stringify(position), checkpoint: null, ...told };
    note = null;
  }
}

async function stageItems(
  { attachments }: RoundContext,
  request: RoundRequest,
  { singles, gone, owed }: SortedItems,
): Promise<Pick<Page, "staged" | "present" | "gone" | "owed">> {
  const attached = singles.filter((event) => event.hasAttachments === true);
  const known =
    attached.length === 0
      ? new Map<string, string>()
      : await request.stagedNatives(attached.map(({ id }) => id));
  const staged: NativeEvent[] = [];
  const all: OwedItem[] = [...owed];
  for (const event of singles) {
    const found = stageFromPage(bare(event), known.get(event.id) ?? null, (refused) =>
      attachments.isRefused(request.calendar.id, refused),
    );
    staged.push(found.event);
    all.push(...found.owed);
  }
  return { staged, present: [], gone, owed: all };
}

function begin(context: RoundContext, request: RoundRequest): Position {
  const { graph, clock } = context.mailbox;
  const resumed = parsePosition(request.resume, graph);
  if (resumed !== null) return resumed;
  const checkpoint = parseCheckpoint(request.checkpoint, graph);
  const wait = checkpoint?.mode === "view" ? checkpoint.retryDeltaAt - clock.now() : 0;
  if (checkpoint?.mode === "view" && wait > 0 && wait <= retryDeltaAfterMs) {
    return { ...viewStart(context, request, checkpoint.reason), retryDeltaAt: checkpoint.retryDeltaAt };
  }
  if (checkpoint?.mode !== "delta" || !covers(checkpoint.window, request.window)) {
    return deltaStart(context, request);
  }
  const { window, link } = checkpoint;
  return { v: 1, mode: "delta", kind: "incremental", window, link, trail: emptyTrail };
}

function deltaStart(context: RoundContext, request: RoundRequest): Position {
  const window = extend(request.window, context.rebaseDays);
  return { v: 1, mode: "delta", kind: "complete", window, link: null, trail: emptyTrail };
}

function viewStart(
  context: RoundContext,
  request: RoundRequest,
  reason: string,
  retryAfterMs: number = retryDeltaAfterMs,
) {
  return {
    v: 1,
    mode: "view",
    window: extend(request.window, context.rebaseDays),
    link: null,
    trail: emptyTrail,
    reason,
    retryDeltaAt: context.mailbox.clock.now() + retryAfterMs,
  } as const satisfies Position;
}

function targetOf(request: RoundRequest, { mode, link, window }: Position): GraphTarget {
  if (link !== null) return { link };
  const span = { startDateTime: window.from, endDateTime: window.until };
  const path = `/calendars/${encode(request.calendar.id)}/calendarView`;
  return mode === "delta"
    ? { path: `${path}/delta`, query: span }
    : { path, query: { ...span, $top: String(pageSize) } };
}

/** The checkpoint of a finished round. @throws RemoteError `protocol` where delta ends without a delta link. */
function finish(position: Position, page: ODataPage, attempted: string): Checkpoint {
  if (position.mode === "view") {
    const { reason, retryDeltaAt } = position;
    return { v: 1, mode: "view", reason, retryDeltaAt };
  }
  if (page.deltaLink === null) {
    throw new RemoteError("protocol", `${attempted} was answered with neither a next nor a delta link`);
  }
  return { v: 1, mode: "delta", window: position.window, link: page.deltaLink };
}

/** Where the round goes on after a failed read, or null where the failure stands. */
function recover(
  context: RoundContext,
  request: RoundRequest,
  position: Position,
  error: unknown,
  restarts: number,
): Position | null {
  if (!(error instanceof RemoteError)) return null;
  // A link that is refused in whatever way will be refused for ever; a first request says that delta is.
  const isRefused =
    error.kind === "checkpoint" ||
    error.kind === "refused" ||
    error.kind === "missing" ||
    // Without a Graph code: some gateways know the path of delta no better. The view has to prove it.
    error.status === 404;
  if (position.mode === "view") {
    return isRefused && position.link !== null && restarts === 0
      ? viewStart(context, request, position.reason)
      : null;
  }
  if (isRefused && position.link !== null && restarts === 0) return deltaStart(context, request);
  if (isRefused) return viewStart(context, request, reasonOf(error));
  return isBroken(error) ? viewStart(context, request, reasonOf(error), retryBrokenDeltaAfterMs) : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof RemoteError)) return String(error);
  return [error.status, error.code].filter((part) => part !== undefined).join(" ");
}

function noteOf(position: Position, reason: string): string {
  if (position.mode === "delta") return `Read anew from the start (${reason}).`;
  const until = new Date(position.retryDeltaAt).toISOString();
  return `Read by plain listing instead of delta until ${until} (${position.reason}).`;
}

/**
 * Some pairs of mailbox and window answer delta with one 5xx or another for ever, retries included, while
 * their plain view is fine. Where Graph itself is down the view fails too, and the round with it.
 */
function isBroken({ status, code = "" }: RemoteError): boolean {
  if (status === 503) return !/throttl|toomanyrequests|quota/i.test(code);
  return status === 500 || status === 502 || status === 504;
}

function describePosition({ mode, link }: Position, { calendar }: RoundRequest): string {
  const page = link === null ? "the first page" : "a page";
  return `calendar "${calendar.name}": reading ${page} of its ${mode === "delta" ? "changes" : "view"}`;
}
