import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditCommand } from "../../../src/cli/audit.ts";
import { exitCode } from "../../../src/cli/exit-code.ts";
import { planCommand } from "../../../src/cli/plan.ts";
import { statusCommand } from "../../../src/cli/status.ts";
import { approveHold } from "../../../src/store/holds.ts";
import { bodyOf, edit } from "../reconcile/tamperings.ts";
import { home, reject, round } from "../reconcile/undoing.ts";
import { target, World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { runCommand } from "./run-command.ts";

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

async function held(): Promise<World> {
  const uids = Array.from({ length: 14 }, (_, index) => `m${index}`);
  const world = await settled(uids);
  for (const uid of uids.slice(0, 12)) world.account("home").remove("private", uid);
  expect(await round(world)).toBe("held");
  return world;
}

const audit = async (world: World, repair = false): Promise<number> => {
  await world.start();
  return (await runCommand(world, auditCommand, { repair })).code;
};

describe("status", () => {
  it("is ready, and ends with 0, where nothing waits", async () => {
    const world = await settled();
    expect(await audit(world)).toBe(exitCode.ok);
    const { code, text } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.ok);
    expect(text).toMatch(/^ready: everything is as current as it should be$/m);
    expect(text).toMatch(/^→ all: 3 events \(/m);
  });

  it("counts what is held once, beside what is to be written", async () => {
    const world = await held();
    world.account("home").put("private", "n", "new");
    await world.start();
    await world.pull("home");
    // Translated and marked, not written.
    world.sink.beforeWrite = () => {
      throw new Error("stopped");
    };
    await expect(world.reconcile()).rejects.toThrow("stopped");
    const { code, text, result } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.held);
    expect(text).toMatch(/^→ all: 14 events, 1 waiting to be written, 12 held \(/m);
    expect(text).toMatch(/^ready: .*, but for 1 plan that waits for you/m);
    expect(result).toMatchObject({ targets: [{ waiting: 1, onHold: 12, waitsForPerson: true }] });
  });

  it("waits for nobody where a plan was approved: the next run carries it out", async () => {
    const world = await held();
    await approveHold(database.db, target.id, "home", null);
    expect(await audit(world)).toBe(exitCode.ok);
    const { code, text, result } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.incomplete);
    expect(text).toMatch(/^ready: everything is as current as it should be$/m);
    expect(result).toMatchObject({ targets: [{ waitsForPerson: false }] });
    await round(world);
    expect(await audit(world)).toBe(exitCode.ok);
    expect((await runCommand(world, statusCommand)).code).toBe(exitCode.ok);
  });

  it("says what is kept by a decision, which waits for nobody", async () => {
    const world = await held();
    await world.start();
    await reject(world);
    await round(world);
    expect(await audit(world)).toBe(exitCode.ok);
    const { code, text } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.ok);
    expect(text).toMatch(/^→ all: 14 events, 12 kept as they are by your decision \(/m);
  });

  it("counts what was decided to be kept once, also before the next run", async () => {
    const world = await held();
    await world.start();
    await reject(world);
    const { text, result } = await runCommand(world, statusCommand);
    expect(text).toMatch(/^→ all: 14 events, 12 kept as they are by your decision \(/m);
    expect(result).toMatchObject({ targets: [{ waiting: 0, waitingSince: null, kept: 12 }] });
  });

  it("is not ready before anything was ever written", async () => {
    const world = new World(database.db, [home]);
    world.account("home").put("private", "a", "a");
    await world.start();
    await runCommand(world, planCommand);
    const { code, text, result } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.incomplete);
    expect(text).toContain('not ready: "all" has never been written to: ');
    expect(text).toContain("  never written to; `kalends sync` or `kalends run` does so");
    expect(result).toMatchObject({ ready: false, reasons: [{ kind: "never-written", subject: "all" }] });
  });

  it("ends with 3 where an audit found what the next one mends, with 4 where only a person can", async () => {
    const world = await settled();
    edit(world, "b");
    expect(await audit(world)).toBe(exitCode.incomplete);
    const healing = await runCommand(world, statusCommand);
    expect(healing.code).toBe(exitCode.incomplete);
    expect(healing.text).not.toContain("Only you");

    world.sink.place("copy.ics", bodyOf(world, "a"));
    expect(await audit(world)).toBe(exitCode.held);
    const waiting = await runCommand(world, statusCommand);
    expect(waiting.code).toBe(exitCode.held);
    expect(waiting.text).toContain("but for something that waits for you (see below)");
    expect(waiting.text).toContain("Only you can put right some of what it found: `kalends audit` says what");
    expect(waiting.result).toMatchObject({ targets: [{ auditWaits: true, waitsForPerson: true }] });

    world.sink.take("copy.ics");
    expect(await audit(world, true)).toBe(exitCode.ok);
    expect((await runCommand(world, statusCommand)).code).toBe(exitCode.ok);
  });

  it("goes by the newest audit that came to its end", async () => {
    const world = await settled();
    world.sink.place("copy.ics", bodyOf(world, "a"));
    expect(await audit(world)).toBe(exitCode.held);
    // Of the source: nothing. Of the target: what changed, and its listing.
    await world.start({ sink: ["none", "transient"] });
    expect((await runCommand(world, auditCommand, { target: target.id })).code).toBe(exitCode.incomplete);
    expect((await runCommand(world, statusCommand)).code).toBe(exitCode.held);
  });

  it("is held by nothing in a target that the configuration does not name any more", async () => {
    const world = await held();
    Object.assign(world.context, { targets: [] });
    world.configure(() => []);
    const { code, text } = await runCommand(world, statusCommand);
    expect(code).toBe(exitCode.ok);
    expect(text).toContain("not in the configuration any more: nothing is written to it");
  });
});
