import { readObject } from "../../../src/calendar/read-object.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type {
  RemoveOutcome,
  Sink,
  SinkChanges,
  StoredObject,
  TargetCollection,
  WriteOutcome,
} from "../../../src/sink/sink.ts";
import type { Faults } from "./faults.ts";

export type Write = { readonly kind: "create" | "update" | "remove"; readonly name: string };

/** A CalDAV collection in memory. Every call but attaching is a request. */
export class FakeTarget implements Sink, TargetCollection {
  readonly href: string;
  readonly warnings: readonly string[] = [];
  readonly objects = new Map<string, StoredObject>();
  /** What changed something, in order. */
  readonly writes: Write[] = [];
  /** The server adds a property to objects whose summary holds this, and gives the body back. */
  meddlesWith: string | null = null;
  /** Objects whose text holds this are never taken. */
  refuses: string | null = null;
  /** Called before each write takes effect. */
  beforeWrite: (write: Write) => void | Promise<void> = () => undefined;
  /** Objects that cannot be read, by name. */
  readonly unreadable = new Set<string>();
  requests = 0;
  created = true;
  readonly #faults: () => Faults;
  #etags = 0;
  /** Names of what changed, in order. */
  readonly #log: string[] = [];

  /** Names of what changed, in order. */
  get changed(): readonly string[] {
    return [...this.#log];
  }

  /** How many changes there were. */
  get changeCount(): number {
    return this.#log.length;
  }

  constructor(faults: () => Faults, href = "/calendars/kalends/") {
    this.href = href;
    this.#faults = faults;
  }

  openTarget(): Promise<TargetCollection> {
    this.#call("open");
    return Promise.resolve(this);
  }

  attachTarget(): TargetCollection {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  list(): Promise<ReadonlyMap<string, string>> {
    this.#call("list");
    return Promise.resolve(new Map([...this.objects.values()].map((object) => [object.name, object.etag])));
  }

  changes(since: string | null): Promise<SinkChanges> {
    this.#call("changes");
    const token = `"${this.#log.length}"`;
    if (since === null) return Promise.resolve({ kind: "untracked", token });
    const seen = Number(since.slice(1, -1));
    if (seen > this.#log.length) return Promise.resolve({ kind: "went back", token });
    const names = [...new Set(this.#log.slice(seen))];
    const there = names.flatMap((name) => this.objects.get(name) ?? []);
    return Promise.resolve({
      kind: "changed",
      etags: new Map(there.map(({ name, etag }) => [name, etag])),
      removed: names.filter((name) => !this.objects.has(name)),
      token,
    });
  }

  async *read(names: readonly string[]): AsyncGenerator<readonly StoredObject[]> {
    for (let from = 0; from < names.length; from += 3) {
      this.#call("read");
      if (names.slice(from, from + 3).some((name) => this.unreadable.has(name)))
        throw new RemoteError("protocol", "the answer ends in the middle of the object");
      yield names.slice(from, from + 3).flatMap((name) => this.objects.get(name) ?? []);
    }
  }

  async create(name: string, ics: string): Promise<WriteOutcome> {
    return this.#write({ kind: "create", name }, () => {
      if (this.objects.has(name)) return { kind: "precondition-failed" };
      return this.#store(name, ics);
    });
  }

  async update(name: string, ics: string, etag: string): Promise<WriteOutcome> {
    return this.#write({ kind: "update", name }, () => {
      const standing = this.objects.get(name);
      if (standing === undefined) return { kind: "missing" };
      return standing.etag === etag ? this.#store(name, ics) : { kind: "precondition-failed" };
    });
  }

  async remove(name: string, etag: string): Promise<RemoveOutcome> {
    return this.#write<RemoveOutcome>({ kind: "remove", name }, () => {
      const standing = this.objects.get(name);
      if (standing === undefined) return { kind: "missing" };
      if (standing.etag !== etag) return { kind: "precondition-failed" };
      this.take(name);
      return { kind: "removed" };
    });
  }

  /** What somebody else removes. */
  take(name: string): void {
    this.objects.delete(name);
    this.#log.push(name);
  }

  /** What somebody else puts there. */
  place(name: string, ics: string): void {
    this.#etags += 1;
    this.objects.set(name, { name, etag: `"t${this.#etags}"`, ics });
    this.#log.push(name);
  }

  /** Puts back what stood there once, as it stood; with `changes`, so many are remembered as having happened. */
  restore(objects: Iterable<StoredObject>, changes?: number | readonly string[]): void {
    this.objects.clear();
    if (typeof changes === "number") this.#log.length = changes;
    else if (changes !== undefined) this.#log.splice(0, this.#log.length, ...changes);
    for (const object of objects) {
      this.objects.set(object.name, object);
      this.#etags = Math.max(this.#etags, Number(object.etag.slice(2, -1)));
    }
  }

  #store(name: string, ics: string): WriteOutcome {
    if (this.refuses !== null && ics.includes(this.refuses))
      return { kind: "refused", status: 415, reason: "not this one" };
    const meddled = this.meddlesWith !== null && ics.includes(this.meddlesWith);
    const kept = meddled ? ics.replace("END:VEVENT", `${addedByServer}\r\nEND:VEVENT`) : ics;
    this.place(name, kept);
    const etag = this.objects.get(name)?.etag ?? "";
    return { kind: "written", etag, stored: meddled ? kept : null };
  }

  async #write<T extends { readonly kind: string }>(write: Write, effect: () => T): Promise<T> {
    await this.beforeWrite(write);
    const { late } = this.#call(write.kind);
    const outcome = effect();
    if (outcome.kind === "written" || outcome.kind === "removed") this.writes.push(write);
    late();
    return outcome;
  }

  #call(what: string): ReturnType<Faults["call"]> {
    this.requests += 1;
    return this.#faults().call("sink", what);
  }
}

export const addedByServer = "X-SERVER-WAS-HERE:1";

/** The object without what the server added. */
export function withoutAddition(ics: string): string {
  return ics.replace(`${addedByServer}\r\n`, "");
}

export function summaryOf(ics: string): string {
  const read = readObject(ics, "UTC");
  if (read.kind === "problem") throw new RemoteError("protocol", read.problem);
  return read.facts.summary;
}
