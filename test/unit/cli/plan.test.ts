import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exitCode } from "../../../src/cli/exit-code.ts";
import { planCommand } from "../../../src/cli/plan.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { meeting } from "../reconcile/meeting.ts";
import { moveAgency, twoTargets } from "../reconcile/two-targets.ts";
import { home, round } from "../reconcile/undoing.ts";
import { target, World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { runCommand } from "./run-command.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("a plan, as it is told", () => {
  it.each([
    ["transient", "Wait until the server can be reached.", exitCode.incomplete],
    ["auth", "That has to be mended first.", exitCode.failed],
  ] as const)("says in an outage (%s) of which target, and what to do", async (fault, wait, code) => {
    const world = new World(database.db, [home]);
    world.account("home").put("private", "a", "a");
    await world.start({ sink: [fault] });
    const answer = await runCommand(world, planCommand, { target: target.id });
    expect(answer.code).toBe(code);
    expect(answer.text).toMatch(/^all: nothing was planned, or written: /);
    expect(answer.text).toContain(`: ${fault}. ${wait} Give \`kalends plan --target all\` again then.`);
    expect(answer.result).toEqual({ errors: [answer.text], targets: [] });
  });

  it("says first, and once, for whom nothing could be read, and then what follows from what is stored", async () => {
    const world = new World(database.db, [home]);
    await world.settle();
    await world.start({ source: Array.from({ length: 9 }, () => "transient" as const) });
    const answer = await runCommand(world, planCommand, { target: target.id });
    expect(answer.code).toBe(exitCode.incomplete);
    expect(answer.text.split("\n")).toEqual([
      "not read: home/me: list calendars: transient. It is tried again by itself.",
      "What follows is planned from what is stored; give `kalends plan --target all` again then.",
      "all: nothing to do from what is stored",
    ]);
  });

  it("says how what it would hold, or what is held, is decided", async () => {
    const world = new World(database.db, [home]);
    const uids = Array.from({ length: 12 }, (_, index) => `m${index}`);
    for (const uid of uids) world.account("home").put("private", uid, uid);
    await world.settle();
    for (const uid of uids) world.account("home").remove("private", uid);
    await world.start();
    const show = "`kalends hold show all home` lists the events, and how to decide.";
    const first = await runCommand(world, planCommand);
    expect(first.text.split("\n").at(-1)).toBe(`  The next run holds it; then ${show}`);
    expect(await round(world)).toBe("held");
    await world.start();
    expect((await runCommand(world, planCommand)).text.split("\n").at(-1)).toBe(`  ${show}`);
  });

  it("lists actions by their start", async () => {
    const world = new World(database.db, [home]);
    for (const [uid, day] of Object.entries({ a: "08", b: "06", c: "09", d: "07" }))
      world.account("home").putText("private", uid, meeting(uid, uid, `202701${day}T100000Z`));
    await world.start();
    const { text, result } = await runCommand(world, planCommand);
    expect(text.match(/(?<=Z {2})\w/g)).toEqual(["b", "d", "a", "c"]);
    expect(result).toMatchObject({
      targets: [{ actions: ["b", "d", "a", "c"].map((summary) => ({ summary })) }],
    });
  });

  it("is left to whoever stopped it where it was stopped", async () => {
    const world = new World(database.db, [home]);
    await world.start({ sink: ["aborted"] });
    await expect(runCommand(world, planCommand, { offline: true })).rejects.toThrow(/stopped|aborted/);
  });

  it("says of a target in somebody else's hands that this passes within a minute", async () => {
    const world = new World(database.db, [home]);
    await world.start();
    await takeLease(world.db, `target:${target.id}`, "killed");
    const answer = await runCommand(world, planCommand);
    expect(answer.code).toBe(exitCode.busy);
    expect(answer.text).toMatch(/^all: another process .* was ended .* a minute ago; try again in a minute$/);
  });

  it("shows what a source leaves behind that has moved to another target", async () => {
    const { world, context } = await twoTargets(database.db);
    moveAgency(world, "two");
    await world.start();
    const answer = await runCommand({ faults: world.faults, context: context() }, planCommand, {
      target: "all",
    });
    expect(answer.text).toBe(
      [
        "all: nothing to do",
        "all: 12 events of a source that writes to two now, kept until it stands there",
      ].join("\n"),
    );
  });
});
