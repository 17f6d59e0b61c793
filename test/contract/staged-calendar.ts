import { RemoteError } from "../../src/http/remote-error.ts";
import type { CalendarRef, NativeEvent, OwedItem, Page, Source } from "../../src/sources/source.ts";

const window = { from: "2026-01-01T00:00:00.000Z", until: "2029-01-01T00:00:00.000Z" };

/** What a pull keeps of one calendar, in memory: staged events, owed work, checkpoint. */
export class StagedCalendar {
  readonly source: Source;
  readonly calendar: CalendarRef;
  readonly events = new Map<string, NativeEvent>();
  readonly #owed = new Map<string, OwedItem>();
  checkpoint: string | null = null;
  #resume: string | null = null;
  #seen = new Set<string>();
  #signal = AbortSignal.timeout(600_000);

  constructor(source: Source, calendar: CalendarRef) {
    this.source = source;
    this.calendar = calendar;
  }

  /** One round and all that it owes. Returns its pages; begins anew where the checkpoint is refused. */
  async pull(): Promise<readonly Page[]> {
    try {
      const pages = await this.round();
      await this.settle();
      return pages;
    } catch (error) {
      if (!(error instanceof RemoteError) || error.kind !== "checkpoint") throw error;
      this.checkpoint = null;
      this.#resume = null;
      return this.pull();
    }
  }

  /** Pages of a round, from where the last one stopped; at most `pagesMax` of them. */
  async round(pagesMax = Number.POSITIVE_INFINITY): Promise<readonly Page[]> {
    const pages: Page[] = [];
    const request = {
      calendar: this.calendar,
      window,
      checkpoint: this.checkpoint,
      resume: this.#resume,
      knownEtags: async (ids: readonly string[] | "all") => this.#etags(ids),
      stagedNatives: async () => new Map([...this.events].map(([id, { native }]) => [id, native])),
    };
    for await (const page of this.source.round(request, this.#signal)) {
      pages.push(page);
      this.#take(page);
      if (pages.length >= pagesMax) break;
    }
    return pages;
  }

  async settle(): Promise<void> {
    const items = [...this.#owed.values()].map((item) => ({
      ...item,
      native: this.events.get(item.nativeId)?.native ?? null,
    }));
    for await (const batch of this.source.settle(this.calendar, items, window, this.#signal)) {
      for (const settlement of batch) {
        const { nativeId } = settlement.item;
        if (settlement.kind === "failed") throw settlement.error;
        if (settlement.kind === "staged") this.events.set(nativeId, settlement.event);
        if (settlement.kind === "gone") this.events.delete(nativeId);
        this.#owed.delete(nativeId);
      }
    }
  }

  /** ETags by native id, from a plain listing. */
  async list(): Promise<Readonly<Record<string, string | null>>> {
    const pages = await Array.fromAsync(this.source.list(this.calendar, window, this.#signal));
    return Object.fromEntries(pages.flat().map(({ nativeId, etag }) => [nativeId, etag]));
  }

  /** Titles of all staged events, sorted. */
  summaries(): readonly string[] {
    return [...this.events.values()].map(summaryOf).toSorted();
  }

  #take(page: Page): void {
    for (const event of page.staged) {
      this.events.set(event.nativeId, event);
      this.#owed.delete(event.nativeId);
    }
    for (const item of page.owed) this.#owed.set(item.nativeId, item);
    for (const nativeId of page.gone) this.#owed.set(nativeId, { kind: "tombstone", nativeId });
    const named = [...page.staged, ...page.owed].map(({ nativeId }) => nativeId);
    for (const nativeId of [...named, ...page.present]) this.#seen.add(nativeId);
    this.#resume = page.resume;
    if (page.checkpoint === null) return;
    this.checkpoint = page.checkpoint;
    if (page.kind === "complete") this.#missAbsent();
    this.#seen = new Set();
  }

  #missAbsent(): void {
    for (const nativeId of this.events.keys()) {
      if (!this.#seen.has(nativeId)) this.#owed.set(nativeId, { kind: "tombstone", nativeId });
    }
  }

  #etags(ids: readonly string[] | "all"): ReadonlyMap<string, string> {
    const etags = new Map<string, string>();
    for (const nativeId of ids === "all" ? this.events.keys() : ids) {
      const etag = this.events.get(nativeId)?.etag;
      if (etag !== undefined && etag !== null) etags.set(nativeId, etag);
    }
    return etags;
  }
}

const summaryOf = ({ native }: NativeEvent) => /^SUMMARY:(.*?)\r?$/m.exec(native)?.[1] ?? "";
