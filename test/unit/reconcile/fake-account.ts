import { z } from "zod";
import type { Translation } from "../../../src/calendar/candidate.ts";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { meetingIdentity } from "../../../src/calendar/identity.ts";
import { readObject } from "../../../src/calendar/read-object.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type {
  CalendarListing,
  CategoryColors,
  CalendarRef,
  ListedEvent,
  NativeEvent,
  OwedItem,
  OwedWork,
  Page,
  RoundRequest,
  Settlement,
  Source,
  Translator,
} from "../../../src/sources/source.ts";
import type { Faults } from "./faults.ts";
import { meeting } from "./meeting.ts";

/** `href`: CalDAV, the id changes with the calendar. `immutable`: Graph, it never does. */
export type IdStyle = "href" | "immutable";

/** An event as the account has it. */
export type Held = {
  readonly nativeId: string;
  readonly uid: string;
  readonly calendar: string;
  readonly ics: string;
  readonly etag: string;
};

type Calendar = {
  listed: boolean;
  epoch: number;
  readonly log: Array<{ readonly seq: number; readonly nativeId: string }>;
};
/** Where a round goes on, as checkpoint and resume point say it. */
const position = z.strictObject({
  kind: z.enum(["incremental", "complete"]),
  epoch: z.int(),
  /** The last change that was told, or had happened when the listing began. */
  seq: z.int(),
  /** The last id of a listing that was told. */
  after: z.string(),
});
type Position = Readonly<z.infer<typeof position>>;

const pageSize = 2;

/** An account in memory with incremental rounds, owed work, tombstones and checkpoints that can be refused. */
export class FakeAccount implements Source {
  readonly coverage: Source["coverage"];
  readonly translator: Translator = {
    version: 1,
    translate: (native, { categoryColors }) => translateText(coloured(native, categoryColors)),
  };
  /** What the next listing tells of them. */
  categoryColors: CategoryColors | null = null;
  /** Tells more than it has to: events that did not change, removals that did not happen. */
  noisy = false;
  /** What happens now is told by no round: only a listing, or a read of the event itself, shows it. */
  silent = false;
  /** What a plain listing shows of a calendar's events. */
  listing: (events: readonly Held[]) => readonly Held[] = (events) => events;
  /** Uids that no list shows, though the account answers for each of them. */
  unlisted: ReadonlySet<string> = new Set();
  /** Events whose summary holds one of these are left owed by the pages. */
  owing: ReadonlyArray<readonly [string, OwedItem["kind"]]> = [];
  readonly #style: IdStyle;
  readonly #faults: () => Faults;
  readonly #calendars: Map<string, Calendar>;
  readonly #events = new Map<string, Held>();
  #seq = 0;
  #ids = 0;

  constructor(style: IdStyle, calendars: readonly string[], faults: () => Faults) {
    this.#style = style;
    this.#faults = faults;
    this.coverage = style === "href" ? "everything" : "window";
    this.#calendars = new Map(calendars.map((id) => [id, { listed: true, epoch: 0, log: [] }]));
  }

  get events(): readonly Held[] {
    return [...this.#events.values()];
  }

  find(calendar: string, uid: string): Held | undefined {
    return this.events.find((event) => event.calendar === calendar && event.uid === uid);
  }

  put(calendar: string, uid: string, summary: string): void {
    this.putText(calendar, uid, meeting(uid, summary));
  }

  putText(calendar: string, uid: string, ics: string): void {
    const nativeId = this.find(calendar, uid)?.nativeId ?? this.#newId(calendar, uid);
    this.#store({ nativeId, uid, calendar, ics, etag: `"${this.#seq}"` });
  }

  remove(calendar: string, uid: string): void {
    const event = this.find(calendar, uid);
    if (event === undefined) return;
    this.#events.delete(event.nativeId);
    this.#log(calendar, event.nativeId);
  }

  move(from: string, to: string, uid: string): void {
    const event = this.find(from, uid);
    if (event === undefined || this.find(to, uid) !== undefined) return;
    this.remove(from, uid);
    const nativeId = this.#style === "href" ? this.#newId(to, uid) : event.nativeId;
    this.#store({ ...event, nativeId, calendar: to });
  }

  /** Every checkpoint handed out so far is refused from now on. */
  forgetCheckpoints(): void {
    for (const calendar of this.#calendars.values()) calendar.epoch += 1;
  }

  /** Takes a calendar out of the listing of calendars, or puts it back. */
  show(calendar: string, listed: boolean): void {
    this.#calendar(calendar).listed = listed;
  }

  listCalendars(): Promise<CalendarListing> {
    this.#faults().call("source", "list calendars");
    const listed = [...this.#calendars].filter(([, calendar]) => calendar.listed);
    return Promise.resolve({
      calendars: listed.map(([id]) => ({ id, name: id })),
      notFound: [],
      memory: "home",
      categoryColors: this.categoryColors,
    });
  }

  async *round(request: RoundRequest): AsyncGenerator<Page> {
    const { id } = request.calendar;
    const calendar = this.#calendar(id);
    const told = request.resume ?? request.checkpoint;
    let from: Position | null =
      told === null
        ? { kind: "complete", epoch: calendar.epoch, seq: this.#seq, after: "" }
        : position.parse(JSON.parse(told));
    while (from !== null) {
      this.#faults().call("source", `page of ${id}`);
      if (!calendar.listed) throw new RemoteError("missing", `${id} is gone`);
      if (from.epoch !== calendar.epoch) throw new RemoteError("checkpoint", "no longer known");
      const { ids, resume, checkpoint }: Step =
        from.kind === "complete" ? this.#listed(id, from) : changed(calendar, from);
      const content = await this.#content(request, ids);
      yield { ...content, kind: from.kind, resume: text(resume), checkpoint: text(checkpoint) };
      from = resume;
    }
  }

  async *list(calendar: CalendarRef): AsyncGenerator<readonly ListedEvent[]> {
    const there = this.events.filter((event) => event.calendar === calendar.id);
    const own = this.listing(there.filter((event) => !this.unlisted.has(event.uid)));
    for (let at = 0; at === 0 || at < own.length; at += pageSize) {
      this.#faults().call("source", `listing of ${calendar.id}`);
      if (!this.#calendar(calendar.id).listed) throw new RemoteError("missing", `${calendar.id} is gone`);
      yield own.slice(at, at + pageSize).map(({ nativeId, etag }) => ({ nativeId, etag }));
    }
  }

  async *settle(calendar: CalendarRef, items: readonly OwedWork[]): AsyncGenerator<readonly Settlement[]> {
    for (const item of items) {
      const { item: fails } = this.#faults().call("source", `settle ${item.nativeId}`);
      const error = new RemoteError("transient", `${item.nativeId} could not be read`);
      yield [fails ? { kind: "failed", item, error } : this.#settled(calendar.id, item)];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #settled(calendar: string, item: OwedWork): Settlement {
    const event = this.#events.get(item.nativeId);
    if (event !== undefined && item.kind === "tombstone" && this.unlisted.has(event.uid))
      return { kind: "gone", item, unlisted: event.calendar === calendar ? "here" : "elsewhere" };
    if (event?.calendar === calendar) return { kind: "staged", item, event: nativeOf(event) };
    if (event !== undefined) return { kind: "void", item, reason: "stands in another calendar" };
    return { kind: "gone", item };
  }

  #listed(calendar: string, from: Position): Step {
    const ids = this.events
      .filter((event) => event.calendar === calendar && event.nativeId > from.after)
      .filter((event) => !this.unlisted.has(event.uid))
      .map((event) => event.nativeId)
      .toSorted();
    const told = ids.slice(0, pageSize);
    if (ids.length > pageSize)
      return { ids: told, resume: { ...from, after: told.at(-1) ?? "" }, checkpoint: null };
    // What changes while the pages are read is told by the first incremental round.
    return { ids: told, resume: null, checkpoint: { ...from, kind: "incremental", after: "" } };
  }

  async #content(
    request: RoundRequest,
    ids: readonly string[],
  ): Promise<Pick<Page, "staged" | "present" | "gone" | "owed">> {
    const known = await request.knownEtags(ids);
    const own = this.events.filter((event) => event.calendar === request.calendar.id);
    const here = own.filter((event) => ids.includes(event.nativeId) && !this.unlisted.has(event.uid));
    const present = here.filter((event) => known.get(event.nativeId) === event.etag);
    const fresh = here.filter((event) => !present.includes(event));
    const owed = fresh.flatMap((event): OwedItem[] => {
      const kind = this.owing.find(([mark]) => event.ics.includes(mark))?.[1];
      return kind === undefined ? [] : [{ kind, nativeId: event.nativeId }];
    });
    const owes = (event: Held): boolean => owed.some((item) => item.nativeId === event.nativeId);
    const noise = this.noisy ? own.slice(0, 1) : [];
    return {
      staged: [...fresh.filter((event) => !owes(event)), ...noise].map(nativeOf),
      present: present.map((event) => event.nativeId),
      gone: [
        ...ids.filter((id) => !here.some((event) => event.nativeId === id)),
        ...noise.map((event) => event.nativeId),
      ],
      owed,
    };
  }

  #calendar(id: string): Calendar {
    const calendar = this.#calendars.get(id);
    if (calendar === undefined) throw new RemoteError("missing", `no calendar ${id}`);
    return calendar;
  }

  #newId(calendar: string, uid: string): string {
    this.#ids += 1;
    return this.#style === "href" ? `/${calendar}/${uid}.ics` : `id-${this.#ids}`;
  }

  #store(event: Held): void {
    this.#events.set(event.nativeId, event);
    this.#log(event.calendar, event.nativeId);
  }

  #log(calendar: string, nativeId: string): void {
    this.#seq += 1;
    if (!this.silent) this.#calendar(calendar).log.push({ seq: this.#seq, nativeId });
  }
}

type Step = {
  readonly ids: readonly string[];
  readonly resume: Position | null;
  readonly checkpoint: Position | null;
};

function changed(calendar: Calendar, from: Position): Step {
  const entries = calendar.log.filter((entry) => entry.seq > from.seq);
  const told = entries.slice(0, pageSize);
  const ids = [...new Set(told.map((entry) => entry.nativeId))];
  const next = { ...from, seq: told.at(-1)?.seq ?? from.seq };
  return entries.length > pageSize
    ? { ids, resume: next, checkpoint: null }
    : { ids, resume: null, checkpoint: next };
}

function text(place: Position | null): string | null {
  return place === null ? null : JSON.stringify(place);
}

function nativeOf(event: Held): NativeEvent {
  return { nativeId: event.nativeId, etag: event.etag, native: event.ics };
}

/** With the colour of its category, as a translator gives it. */
function coloured(native: string, colors: CategoryColors): string {
  const category = /^CATEGORIES:(.*)$/m.exec(native)?.[1]?.trim().toLowerCase() ?? "";
  const color = Object.hasOwn(colors, category) ? colors[category] : undefined;
  return color === undefined ? native : native.replace("END:VEVENT", `COLOR:${color}\r\nEND:VEVENT`);
}

function translateText(native: string): Translation {
  const read = readObject(native, "UTC");
  if (read.kind === "problem") return { kind: "quarantined", reason: read.problem };
  const { uid, summary, start, end } = read.facts;
  if (summary.startsWith("skip")) return { kind: "skipped", reason: "not wanted" };
  const object = { ics: native, fingerprint: fingerprint(native), summary, start, end };
  const meetingUid = meetingIdentity(uid).uid;
  return {
    kind: "translated",
    events: [{ meetingUid, instance: null, identity: uid, object }],
    notes: [],
  };
}
