import { ianaZone } from "../../calendar/zones.ts";
import type { Window } from "../../calendar/window.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { NativeEvent } from "../source.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { asEvent, bare, type IdentifiedEvent, kindOf, stage } from "./event.ts";
import { isItemNotFound } from "./graph-error.ts";
import { type GraphSeries, parseNative, seriesZone } from "./native.ts";
import { exceptionsAmong, placedBy, readInstances, saysWhatItReplaces } from "./series-instances.ts";
import type { Expansion } from "./series-expansion.ts";
import { readMaster } from "./series-master.ts";
import { withPast } from "./series-past.ts";
import { dependsOnShortMonths, isKnownPattern } from "./translate/recurrence-rule.ts";

export type SeriesContext = {
  readonly reader: CalendarReader;
  /** The window of a new delta token: see `extend`. */
  readonly window: Window;
  readonly expansion: Expansion;
};

const probeFields = "id,type,seriesMasterId,isAllDay,start,recurrence";

/**
 * Reads an event anew in its staged form: a series whole (master in the zone of its recurrence, exceptions,
 * cancellations), by the id of its master or of one of its occurrences; a single event in UTC.
 *
 * @param staged what is staged under the id: it tells the zone, which saves asking for it, and what was before the window
 * @throws RemoteError; 404 ErrorItemNotFound where the event itself is not in the calendar
 */
export async function readEvent(
  context: SeriesContext,
  id: string,
  staged: string | null,
): Promise<NativeEvent> {
  const { reader } = context;
  const native = staged === null ? null : parseNative(staged);
  if (native?.kind === "series") return readSeriesIn(context, id, knownZone(native), native);
  const what = reader.describe(`reading the event ${id}`);
  const probe = asEvent(await reader.event(id, { query: { $select: probeFields } }), what);
  const kind = kindOf(probe);
  if (kind === "master") return readSeriesIn(context, id, unrefused(probe), null);
  return kind === "single" ? readSingle(reader, id) : readByInstance(context, id, probe.seriesMasterId);
}

async function readSingle(reader: CalendarReader, id: string): Promise<NativeEvent> {
  const event = asEvent(await reader.event(id, {}), reader.describe(`reading the event ${id}`));
  return stage(id, { kind: "single", event: bare(event) });
}

async function readByInstance(
  context: SeriesContext,
  id: string,
  masterId: string | null | undefined,
): Promise<NativeEvent> {
  // An occurrence whose master cannot be read stands for itself.
  if (!masterId || masterId === id) return readSingle(context.reader, id);
  try {
    const what = context.reader.describe(`reading the series ${masterId}`);
    const probe = asEvent(await context.reader.event(masterId, { query: { $select: probeFields } }), what);
    return await readSeriesIn(context, masterId, unrefused(probe), null);
  } catch (error) {
    if (isItemNotFound(error)) return readSingle(context.reader, id);
    throw error;
  }
}

async function readSeriesIn(
  context: SeriesContext,
  id: string,
  { zone, refused }: KnownZone,
  before: GraphSeries | null,
): Promise<NativeEvent> {
  const { reader, expansion } = context;
  let read = await readMaster(reader, expansion, id, zone);
  if (kindOf(read.master) === "single") return readSingle(reader, id);
  const wanted = wantedZone(read.master);
  if (read.zone === zone && wanted !== zone && wanted !== refused)
    read = await readMaster(reader, expansion, id, wanted);
  const { master, cancelled } = read;
  const given = read.exceptions && (await completed(context, read.exceptions, id, read.zone));
  const isForeignZone =
    read.zone !== wanted || ianaZone(master.recurrence?.range?.recurrenceTimeZone) === null;
  // Without the list of exceptions and what they replace, or that of cancellations, only the instances tell; and
  // they show what Graph leaves open of the rule.
  const isTold = given !== null && cancelled !== null && given.every(saysWhatItReplaces);
  const now =
    isTold && !isForeignZone && !leavesOpen(master) ? null : await readInstances(reader, id, context.window);
  const found = given ?? (await completed(context, exceptionsAmong(now), id, read.zone));
  const placed = placedBy(now, found);
  const past =
    now && withPast({ instances: now, exceptions: given === null ? placed : null }, bare(master), before);
  return stage(id, {
    kind: "series",
    master: bare(master),
    exceptions: past?.exceptions ?? placed,
    cancelled,
    instances: past?.instances ?? null,
    ...(isForeignZone ? { mailboxTimeZone: await reader.mailboxZone() } : {}),
  });
}

/** True where the pattern is unknown, or Graph does not say what becomes of its day in shorter months. */
function leavesOpen({ recurrence }: IdentifiedEvent): boolean {
  const pattern = recurrence?.pattern;
  if (pattern === null || pattern === undefined) return true;
  return dependsOnShortMonths(pattern) || !isKnownPattern(pattern);
}

/** The exceptions in full; those that came as stubs are read one by one. */
function completed(
  { reader }: SeriesContext,
  exceptions: readonly IdentifiedEvent[],
  seriesId: string,
  zone: string,
): Promise<readonly IdentifiedEvent[]> {
  return Promise.all(
    exceptions.map(async (exception) => {
      if (hasEverything(exception)) return bare(exception);
      try {
        const what = reader.describe(`reading the exception ${exception.id}`);
        return merged(exception, asEvent(await reader.event(exception.id, { zone }), what));
      } catch (error) {
        if (!isItemNotFound(error)) throw error;
        throw new RemoteError(
          "transient",
          `${reader.describe(`reading the series ${seriesId}`)}: it changed while it was read`,
          { status: error.status, code: error.code, cause: error },
        );
      }
    }),
  );
}

function hasEverything(exception: IdentifiedEvent): boolean {
  return (
    ["start", "end", "subject", "body"].every((key) => key in exception) && saysWhatItReplaces(exception)
  );
}

/** What was fetched over what was given: v1.0 leaves out of an event alone what it says of an occurrence. */
function merged(given: IdentifiedEvent, fetched: IdentifiedEvent): IdentifiedEvent {
  const originalStart = fetched.originalStart ?? given.originalStart;
  return bare({ ...given, ...fetched, ...(originalStart ? { originalStart } : {}) });
}

/** The zone to read a series in: that of its recurrence if Exchange takes its name in a header, else UTC. */
function wantedZone(master: IdentifiedEvent): string {
  const { start: _, ...unread } = master;
  const zone = seriesZone(unread);
  return zone !== null && /^[\x20-\x7e]+$/.test(zone) ? zone : "UTC";
}

/** The zone to ask for, and the name that Exchange refused when it was asked before. */
type KnownZone = { readonly zone: string; readonly refused: string | null };

function unrefused(master: IdentifiedEvent): KnownZone {
  return { zone: wantedZone(master), refused: null };
}

/** The zone in which a staged series was read. */
function knownZone({ master, mailboxTimeZone }: GraphSeries): KnownZone {
  const wanted = wantedZone({ ...master, id: "" });
  const isRefused = mailboxTimeZone !== undefined && wanted !== "UTC" && master.start?.timeZone === "UTC";
  return isRefused ? { zone: "UTC", refused: wanted } : { zone: wanted, refused: null };
}
