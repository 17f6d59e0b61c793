import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readObjects } from "../../../src/reconcile/target/read-objects.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { meeting } from "./meeting.ts";
import { home } from "./undoing.ts";
import { target, World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

const bodyBytes = 100_000;
const count = 200;

/** A large body, as an answer brings it: one text, of which its title and its UID are parts. */
function answer(name: string): string {
  const notes = Array.from(
    { length: bodyBytes / 50 },
    (_, index) => `X-LINE-${index}:${"x".repeat(40)}`,
  ).join("\r\n");
  const text = meeting(`the-uid-of-${name}`, `A title that is long enough to be a part: ${name}`);
  return Buffer.from(text.replace("END:VEVENT", `${notes}\r\nEND:VEVENT`)).toString();
}

/** What is alive, in bytes. */
function alive(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

it("a full comparison asks for portions, and keeps no text of what it has compared", async () => {
  const world = new World(database.db, [home]);
  const names = Array.from({ length: count }, (_, index) => `${index}.ics`);
  let largest = 0;
  world.sink.read = async function* (asked) {
    largest = Math.max(largest, asked.length);
    yield asked.map((name) => ({ name, etag: '"1"', ics: answer(name) }));
  };
  const asked = { names, recorded: [] };
  const before = alive();
  const { read } = await readObjects(world.context, target.id, world.sink, asked, world.faults.signal);
  const kept = alive() - before;
  expect(read.get("7.ics")).toMatchObject({ summary: "A title that is long enough to be a part: 7.ics" });
  expect([read.size, largest]).toEqual([count, 50]);
  expect(kept).toBeLessThan((count * bodyBytes) / 4);
});
