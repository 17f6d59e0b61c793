import { readObject } from "../../../src/calendar/read-object.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type {
  RemoveOutcome,
  Sink,
  StoredObject,
  TargetCollection,
  WriteOutcome,
} from "../../../src/sink/sink.ts";
import type { Faults } from "./faults.ts";

export type Write = { readonly kind: "create" | "update" | "remove"; readonly name: string };

/** A CalDAV collection in memory. Every call but attaching is a request. */
export class FakeTarget implements Sink, TargetCollection {
  readonly href = "/calendars/kalends/";
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
  requests = 0;
  created = true;
  readonly #faults: () => Faults;
  #etags = 0;

  constructor(faults: () => Faults) {
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

  async *read(names: readonly string[]): AsyncGenerator<readonly StoredObject[]> {
    for (let from = 0; from < names.length; from += 3) {
      this.#call("read");
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
      this.objects.delete(name);
      return { kind: "removed" };
    });
  }

  /** What somebody else puts there. */
  place(name: string, ics: string): void {
    this.#etags += 1;
    this.objects.set(name, { name, etag: `"t${this.#etags}"`, ics });
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
