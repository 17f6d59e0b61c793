import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { install, type Installation } from "./installation.ts";
import { dayAfter, meeting } from "./people-and-times.ts";
import { differences } from "./truth.ts";

const years = 14 * 365.25 * 86_400_000;

/** The window follows the clock: in 2040 all that is known has aged, in 2012 all of it is to come. */
describe.each([
  ["ahead", years],
  ["behind", -years],
])("a clock that is years %s", { timeout: 120_000 }, (_, by) => {
  let kalends: Installation;
  beforeAll(async () => {
    kalends = await install({ size: { agency: 8, company: 8, family: 8 } });
  }, 120_000);
  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const names = (): string[] =>
    ["all", "agency"].flatMap((target) => Object.keys(kalends.standing(target))).toSorted();
  const deletes = (): number =>
    Object.values(kalends.household.baikal.control.counters().writes).reduce(
      (sum, object) => sum + object.deletes,
      0,
    );

  it("deletes nothing, even where everything is read in full; set right, all is as the sources have it", async () => {
    expect((await kalends.run("sync")).code).toBe(0);
    const before = names();
    const today = kalends.clock.now();
    const { graph, icloud, mailboxes } = kalends.household;
    const readInFull = (): void => {
      graph.forgetSyncStates();
      for (const calendar of ["home", "family"]) icloud.control.expireTokens("sean@icloud.com", calendar);
    };
    kalends.clock.set(by);
    graph.createEvent({ mailbox: mailboxes.agency, event: meeting("Made meanwhile", dayAfter(today, 20)) });
    for (let run = 0; run < 2; run += 1) {
      readInFull();
      await kalends.run("sync");
      expect(before.filter((name) => !names().includes(name))).toEqual([]);
    }
    kalends.clock.set(-by);
    await kalends.run("sync");
    readInFull();
    expect((await kalends.run("sync")).code).toBe(0);
    expect(differences(kalends)).toEqual([]);
    expect(deletes()).toBe(0);
    expect(names()).toHaveLength(before.length + 1);
  });
});
