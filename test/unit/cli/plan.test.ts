import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exitCode } from "../../../src/cli/exit-code.ts";
import { planCommand } from "../../../src/cli/plan.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { moveAgency, twoTargets } from "../reconcile/two-targets.ts";
import { home } from "../reconcile/undoing.ts";
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
    expect(answer.code).toBe(exitCode.held);
    expect(answer.text.match(/^all: delete .*\[held\]$/gm)).toHaveLength(12);
  });
});
