import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import {
  type Desired,
  type Keep,
  type Replaced,
  type WriteResult,
  writeAway,
  writeNew,
  writeOver,
} from "../../../src/reconcile/apply/write-action.ts";
import type { RemoveOutcome, StoredObject, TargetCollection, WriteOutcome } from "../../../src/sink/sink.ts";
import { meeting } from "./meeting.ts";

const name = "slot.ics";
const ics = meeting("ours", "as it should be");
const desired: Desired = { name, uid: "ours", ics, fingerprint: fingerprint(ics) };

/** What stands under the name when it is read. */
const there = {
  nothing: null,
  "the desired body": ics,
  "what we wrote last": meeting("ours", "before"),
  "a person's edit": meeting("ours", "edited on the phone"),
  "somebody else's object": meeting("theirs", "not ours"),
  "something unreadable": "nonsense",
};
type There = keyof typeof there;
const standing = { etag: '"1"', sinkFingerprint: fingerprint(there["what we wrote last"]) };

const changedBody = meeting("ours", "as it should be", "20270105T120000Z");
const written: WriteOutcome = { kind: "written", etag: '"2"', stored: null };
const changed: WriteOutcome = { kind: "written", etag: '"2"', stored: changedBody };
const conflict = { kind: "precondition-failed" } as const;
const missing = { kind: "missing" } as const;
const refused = { kind: "refused", status: 415, reason: "no" } as const;
const removed: RemoveOutcome = { kind: "removed" };

/** Answers in the order given, and notes the requests. */
class Scripted implements TargetCollection {
  readonly href = "/";
  readonly created = false;
  readonly warnings: readonly string[] = [];
  readonly requests: string[] = [];
  readonly #body: string | null;
  readonly #writes: WriteOutcome[];
  readonly #removals: RemoveOutcome[];

  constructor(body: string | null, writes: readonly WriteOutcome[], removals: readonly RemoveOutcome[] = []) {
    this.#body = body;
    this.#writes = [...writes];
    this.#removals = [...removals];
  }

  list(): never {
    throw new Error("nothing is listed for one write");
  }

  changes(): never {
    throw new Error("nobody asks for changes for one write");
  }

  async *read(names: readonly string[]): AsyncGenerator<readonly StoredObject[]> {
    this.requests.push("read");
    expect(names).toEqual([name]);
    yield this.#body === null ? [] : [{ name, etag: '"9"', ics: this.#body }];
  }

  create(): Promise<WriteOutcome> {
    return this.#answer("create", this.#writes);
  }

  update(_name: string, _ics: string, etag: string): Promise<WriteOutcome> {
    return this.#answer(`update ${etag}`, this.#writes);
  }

  remove(_name: string, etag: string): Promise<RemoveOutcome> {
    return this.#answer(`remove ${etag}`, this.#removals);
  }

  #answer<T>(request: string, answers: T[]): Promise<T> {
    this.requests.push(request);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`unexpected: ${request}`);
    return Promise.resolve(answer);
  }
}

const signal = new AbortController().signal;
type Expected = { readonly end: WriteResult["kind"]; readonly requests: string };

/** Keeps a body, in the order of the requests: never after what it is kept from. */
function keeper({ requests }: Scripted): Keep {
  return async ({ ics: found, deviation }) =>
    void requests.push(found === null ? `${deviation}` : `keep ${deviation ?? ""}`.trim());
}

/** What the last write took the place of follows from the way that led to it, and from what stands there. */
function replacedBy(requests: string, stands: There): Replaced {
  if (requests.includes("keep")) return { kind: "found", ics: there[stands] ?? "" };
  if (requests.endsWith("create")) return { kind: "nothing" };
  const isOthers = stands === "somebody else's object" || stands === "something unreadable";
  return requests.startsWith("create") || isOthers ? { kind: "unchanged" } : { kind: "recorded" };
}

async function check(
  collection: Scripted,
  write: Promise<WriteResult>,
  expected: Expected,
  stands: There,
): Promise<void> {
  const result = await write;
  expect(result.kind).toBe(expected.end);
  expect(collection.requests.join(", ")).toBe(expected.requests);
  if (result.kind === "stands" || result.kind === "removed") {
    expect(result.note).not.toBe("");
    expect(result.replaced).toEqual(replacedBy(expected.requests, stands));
    expect(result.deviation).toBe(/altered|missing/.exec(expected.requests)?.[0] ?? null);
  } else expect(result.reason).not.toBe("");
}

describe("creating an object", () => {
  it.each<[string, There, WriteOutcome[], Expected]>([
    ["is written", "nothing", [written], { end: "stands", requests: "create" }],
    ["is refused", "nothing", [refused], { end: "refused", requests: "create" }],
    ["finds no calendar", "nothing", [missing], { end: "postponed", requests: "create" }],
    ["meets one that goes", "nothing", [conflict], { end: "postponed", requests: "create, read" }],
    ["meets its like", "the desired body", [conflict], { end: "stands", requests: "create, read" }],
    [
      "meets an older one",
      "a person's edit",
      [conflict, written],
      { end: "stands", requests: 'create, read, keep, update "9"' },
    ],
    [
      "meets one that changes",
      "a person's edit",
      [conflict, conflict],
      { end: "postponed", requests: 'create, read, keep, update "9"' },
    ],
    [
      "meets one and is refused",
      "a person's edit",
      [conflict, refused],
      { end: "refused", requests: 'create, read, keep, update "9"' },
    ],
    ["meets another's", "somebody else's object", [conflict], { end: "refused", requests: "create, read" }],
    ["meets nonsense", "something unreadable", [conflict], { end: "refused", requests: "create, read" }],
  ])("%s", async (_, stands, answers, expected) => {
    const collection = new Scripted(there[stands], answers);
    await check(collection, writeNew(collection, desired, keeper(collection), signal), expected, stands);
  });
});

describe("replacing an object", () => {
  const first = 'update "1"';
  it.each<[string, There, WriteOutcome[], Expected]>([
    ["is written", "what we wrote last", [written], { end: "stands", requests: first }],
    ["is refused", "what we wrote last", [refused], { end: "refused", requests: first }],
    ["is gone", "nothing", [missing, written], { end: "stands", requests: `${first}, missing, create` }],
    [
      "finds it gone and is refused",
      "nothing",
      [missing, refused],
      { end: "refused", requests: `${first}, missing, create` },
    ],
    [
      "finds it gone and back",
      "nothing",
      [missing, conflict],
      { end: "postponed", requests: `${first}, missing, create` },
    ],
    [
      "finds it changed and then gone",
      "nothing",
      [conflict, written],
      { end: "stands", requests: `${first}, read, missing, create` },
    ],
    [
      "finds it as it should be",
      "the desired body",
      [conflict],
      { end: "stands", requests: `${first}, read` },
    ],
    [
      "finds another ETag on what it wrote",
      "what we wrote last",
      [conflict, written],
      { end: "stands", requests: `${first}, read, keep, update "9"` },
    ],
    [
      "finds an edit",
      "a person's edit",
      [conflict, written],
      { end: "stands", requests: `${first}, read, keep altered, update "9"` },
    ],
    [
      "finds an edit that goes on",
      "a person's edit",
      [conflict, conflict],
      { end: "postponed", requests: `${first}, read, keep altered, update "9"` },
    ],
    [
      "finds an edit that is then removed",
      "a person's edit",
      [conflict, missing],
      { end: "postponed", requests: `${first}, read, keep altered, update "9"` },
    ],
    [
      "finds another's object",
      "somebody else's object",
      [conflict],
      { end: "refused", requests: `${first}, read` },
    ],
    ["finds nonsense", "something unreadable", [conflict], { end: "refused", requests: `${first}, read` }],
  ])("%s", async (_, stands, answers, expected) => {
    const collection = new Scripted(there[stands], answers);
    await check(
      collection,
      writeOver(collection, desired, standing, keeper(collection), signal),
      expected,
      stands,
    );
  });

  it("keeps the fingerprint of what the server made of the body", async () => {
    const asGiven = new Scripted(null, [written]);
    expect(await writeOver(asGiven, desired, standing, keeper(asGiven), signal)).toMatchObject({
      etag: '"2"',
      sinkFingerprint: desired.fingerprint,
    });
    const asChanged = new Scripted(null, [changed]);
    expect(await writeOver(asChanged, desired, standing, keeper(asChanged), signal)).toMatchObject({
      etag: '"2"',
      sinkFingerprint: fingerprint(changedBody),
    });
  });
});

describe("removing an object", () => {
  const first = 'remove "1"';
  it.each<[string, There, RemoveOutcome[], Expected]>([
    ["is done", "what we wrote last", [removed], { end: "removed", requests: first }],
    ["finds it gone", "nothing", [missing], { end: "removed", requests: `${first}, read` }],
    [
      "is told it is gone, though it is there",
      "what we wrote last",
      [missing],
      { end: "postponed", requests: `${first}, read` },
    ],
    ["is refused", "what we wrote last", [refused], { end: "postponed", requests: first }],
    ["finds it changed and then gone", "nothing", [conflict], { end: "removed", requests: `${first}, read` }],
    [
      "finds another ETag on what it wrote",
      "what we wrote last",
      [conflict, removed],
      { end: "removed", requests: `${first}, read, keep, remove "9"` },
    ],
    [
      "finds an edit",
      "a person's edit",
      [conflict, removed],
      { end: "removed", requests: `${first}, read, keep altered, remove "9"` },
    ],
    [
      "finds an edit that goes on",
      "a person's edit",
      [conflict, conflict],
      { end: "postponed", requests: `${first}, read, keep altered, remove "9"` },
    ],
    [
      "finds an edit and is refused",
      "a person's edit",
      [conflict, refused],
      { end: "postponed", requests: `${first}, read, keep altered, remove "9"` },
    ],
    [
      "leaves another's object alone",
      "somebody else's object",
      [conflict],
      { end: "removed", requests: `${first}, read` },
    ],
    [
      "leaves nonsense alone",
      "something unreadable",
      [conflict],
      { end: "removed", requests: `${first}, read` },
    ],
  ])("%s", async (_, stands, answers, expected) => {
    const collection = new Scripted(there[stands], [], answers);
    await check(
      collection,
      writeAway(collection, desired, standing, keeper(collection), signal),
      expected,
      stands,
    );
  });
});
