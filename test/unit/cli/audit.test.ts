import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditCommand } from "../../../src/cli/audit.ts";
import type { Options } from "../../../src/cli/command.ts";
import { exitCode } from "../../../src/cli/exit-code.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { approveHold } from "../../../src/store/holds.ts";
import { takeLease } from "../../../src/store/leases.ts";
import type { Fault } from "../reconcile/faults.ts";
import { meeting } from "../reconcile/meeting.ts";
import { bodyOf, edit, nameOf, slotOf } from "../reconcile/tamperings.ts";
import { home, reject, round, titles } from "../reconcile/undoing.ts";
import { target, World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { type Answer, runCommand } from "./run-command.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

async function settled(uids: readonly string[] = ["a", "b", "c"]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, `${uid} at home`);
  await world.settle();
  return world;
}

/** All but two of 14 events are removed at the source, which waits for a person. */
async function held(): Promise<World> {
  const uids = Array.from({ length: 14 }, (_, index) => `m${index}`);
  const world = await settled(uids);
  for (const uid of uids.slice(0, 12)) world.account("home").remove("private", uid);
  expect(await round(world)).toBe("held");
  return world;
}

async function audit(world: World, options: Options = {}, source: readonly Fault[] = []): Promise<Answer> {
  await world.start({ source });
  return runCommand(world, auditCommand, options);
}

/** The lines about the target. */
const ofTarget = ({ text }: Answer): string => text.slice(text.indexOf("→"));

describe("an audit, as it is told", () => {
  it("has sums that add up, and ends with 0", async () => {
    const world = await settled();
    world.sink.place("foreign.ics", meeting("foreign", "not ours"));
    const answer = await audit(world);
    expect(answer.code).toBe(exitCode.ok);
    expect(answer.text.split("\n")).toEqual([
      "home/me: balanced",
      "  private: 3 listed, 3 staged, 0 outside the window",
      "→ all: balanced",
      "  3 events: 3 mapped",
      "  4 objects in the calendar: 3 present + 1 not ours",
      "  3 objects on record, all present: 3 mapped",
    ]);
  });

  it("says in its first line that a plan is held, and counts the objects that stay for it", async () => {
    const answer = await audit(await held());
    expect(answer.code).toBe(exitCode.held);
    expect(ofTarget(answer).split("\n")).toEqual([
      "→ all: balanced; 12 changes are held for your decision",
      "  2 events: 2 mapped",
      "  14 objects in the calendar: 14 present",
      "  14 objects on record, all present: 2 mapped + 12 held; no event has the place of 12 any more",
      "  `kalends hold list` names what is held, and how to decide.",
    ]);
  });

  it("waits for nobody where the held plan was approved, nor where it was rejected", async () => {
    const approved = await held();
    await approveHold(approved.db, target.id, "home", null);
    const first = await audit(approved);
    expect(first.code).toBe(exitCode.ok);
    expect(first.text).toContain("2 mapped + 12 waiting");
    await clearDatabase(database.db);
    const rejected = await held();
    await rejected.start();
    await reject(rejected);
    await round(rejected);
    const second = await audit(rejected);
    expect(second.code).toBe(exitCode.ok);
    expect(second.text).toContain("→ all: balanced\n");
    expect(second.text).toContain("2 mapped + 12 kept; no event has the place of 12 any more");
  });

  it("ends with 3 where it found what a repair mends, and tells it", async () => {
    const world = await settled();
    edit(world, "b");
    const answer = await audit(world);
    expect(answer.code).toBe(exitCode.incomplete);
    expect(answer.text).toContain("→ all: does not balance, 1 difference\n");
    expect(answer.text).toContain("`kalends audit --repair`");
  });

  it("says what a repair put right, and what is left to a person, who is told first", async () => {
    const world = await settled();
    edit(world, "b");
    world.sink.take(nameOf(world, "c"));
    world.sink.place("copy.ics", bodyOf(world, "a"));
    const answer = await audit(world, { repair: true });
    expect(answer.code).toBe(exitCode.held);
    expect(answer.text).toContain("→ all: does not balance, 2 put right, 1 waits for you\n");
    const differences = answer.text.split("\n").filter((line) => line.includes(" in all: "));
    expect(differences).toHaveLength(3);
    expect(differences[0]).toMatch(/^ {2}duplicate UID .* delete copy\.ics/);
    expect(answer.text).toMatch(/ present \+ 1 duplicate$/m);
    world.sink.take("copy.ics");
    expect((await audit(world, { repair: true })).code).toBe(exitCode.ok);
  });

  it("calls nothing put right that could not be written, and ends with 3 until it is", async () => {
    const world = await settled();
    edit(world, "b");
    world.sink.take(nameOf(world, "c"));
    world.sink.beforeWrite = ({ name }) => {
      if (name === nameOf(world, "c")) throw new RemoteError("transient", "the server answered 503");
    };
    const answer = await audit(world, { repair: true });
    expect(answer.code).toBe(exitCode.incomplete);
    expect(ofTarget(answer)).toMatch(/^→ all: balanced, (1 put right, 1 left|2 left)\n/);
    expect(answer.text).toMatch(
      /missing in all: "c at home".* not written again yet; the next run goes on\./,
    );
    expect(answer.text).toContain("the server answered 503");
    world.sink.beforeWrite = () => undefined;
    expect((await audit(world, { repair: true })).code).toBe(exitCode.ok);
    expect(titles(world)).toEqual(["a at home", "b at home", "c at home"]);
  });

  it("ends with 3 where what is new could not be written by a repair", async () => {
    const world = await settled();
    world.account("home").put("private", "n", "new");
    world.sink.beforeWrite = () => {
      throw new RemoteError("transient", "the server answered 503");
    };
    const answer = await audit(world, { repair: true });
    expect(answer.code).toBe(exitCode.incomplete);
    expect(ofTarget(answer)).toContain("4 events: 3 mapped + 1 waiting\n");
    expect(answer.text).toContain("the server answered 503");
  });

  it("ends with 3 where an object stays until all sources are read", async () => {
    const work = { id: "work", style: "immutable", calendars: ["main"], priority: 2 } as const;
    const world = new World(database.db, [home, work]);
    world.account("home").put("private", "a", "a at home");
    world.account("work").put("main", "w", "w at work");
    await world.settle();
    await world.loseDatabase();
    await world.start();
    await world.pull("home");
    await world.reconcile();
    await world.db.deleteFrom("mapping").where("slot", "=", slotOf(world, "w")).execute();
    await world.db.deleteFrom("slot").where("slot", "=", slotOf(world, "w")).execute();
    const answer = await audit(world, { repair: true, target: target.id });
    expect(answer.code).toBe(exitCode.incomplete);
    expect(answer.text).toContain("→ all: balanced, 1 left\n");
    expect(answer.text).toContain("it stays until all sources of the target are read");
    expect(answer.text).toContain(
      "1 mapped + 1 not claimed by a source yet; no event has the place of 1 any more",
    );
  });

  it("has a removal that it proposes wait for a person", async () => {
    const world = await settled();
    const before = [...world.sink.objects.values()];
    world.account("home").remove("private", "b");
    await world.settle();
    world.sink.restore(before);
    const answer = await audit(world, { repair: true });
    expect(answer.code).toBe(exitCode.held);
    expect(answer.text).toContain("→ all: balanced, 1 waits for you; 1 change is held for your decision\n");
    expect(answer.text).toContain("its removal waits for your approval: see `kalends hold list`");
  });
});

describe("an audit that a person asks for", () => {
  it("leaves nothing alone because it failed a moment ago", async () => {
    const world = await settled();
    await world.start();
    const retry_at = new Date(world.context.clock.now() + 3_000_000).toISOString();
    await world.db.updateTable("account").set({ retry_at, last_error: "throttled" }).execute();
    await world.db.updateTable("target").set({ retry_at, last_error: "throttled" }).execute();
    const answer = await audit(world);
    expect(answer.code).toBe(exitCode.ok);
    expect(answer.text).not.toContain("left alone");
  });

  it("ends with 3 where a listing failed that will succeed, and with 1 where a person must act", async () => {
    const world = await settled();
    // List calendars, a page, the listing.
    const busy = await audit(world, {}, ["none", "none", "transient"]);
    expect(busy.text).toContain("home/me: was not audited in full\n");
    expect(busy.code).toBe(exitCode.incomplete);
    const refused = await audit(world, {}, ["none", "none", "forbidden"]);
    expect(refused.text).toContain("home/me: was not audited in full\n");
    expect(refused.code).toBe(exitCode.failed);
  });

  it("says of a target that was never synchronised what to do", async () => {
    const world = new World(database.db, [home]);
    world.account("home").put("private", "a", "a");
    const answer = await audit(world);
    expect(answer.code).toBe(exitCode.incomplete);
    expect(ofTarget(answer)).toMatch(
      /^→ all: was not audited in full\n {2}Target all was never synchronised, .*`kalends sync` does so now/,
    );
  });

  it("ends with 5 where another process is at work on the target", async () => {
    const world = await settled();
    await world.start();
    await takeLease(world.db, `target:${target.id}`, "another process");
    const answer = await runCommand(world, auditCommand, {});
    expect(answer.code).toBe(exitCode.busy);
    expect(answer.text).toContain(
      "→ all: another process is at work on it, or was ended in the middle of it less than a minute ago; try again in a minute",
    );
  });

  it.each([
    ["transient", "Wait until the server can be reached.", exitCode.incomplete],
    ["auth", "", exitCode.failed],
  ] as const)(
    "says in an outage (%s) that nothing was written, and what to do",
    async (fault, wait, code) => {
      const world = await settled();
      world.sink.writes.length = 0;
      await world.start({ sink: [fault] });
      const answer = await runCommand(world, auditCommand, { target: target.id, deep: true });
      expect(answer.code).toBe(code);
      expect(answer.text.split("\n")).toEqual([
        "→ all: was not audited in full",
        expect.stringMatching(`^  Target all could not be read in full: .*: ${fault}\\.( ${wait})?$`),
        "  Nothing was written there. Give `kalends audit --target all --deep` again after that.",
      ]);
      expect(world.sink.writes).toEqual([]);
    },
  );
});
