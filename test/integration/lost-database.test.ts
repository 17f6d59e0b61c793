import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { install, type Installation } from "./installation.ts";
import { dayAfter, meeting } from "./people-and-times.ts";
import { forgetTraffic, mailOf, trafficOf } from "./traffic.ts";
import { differences } from "./truth.ts";

describe("an installation", { timeout: 120_000 }, () => {
  let kalends: Installation;

  beforeAll(async () => {
    kalends = await install({ size: { agency: 25, company: 20, family: 20 } });
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const everything = () => ({ all: kalends.standing("all"), agency: kalends.standing("agency") });

  it("that lost its database but kept its key adopts all that stands there and writes nothing", async () => {
    const before = everything();
    await kalends.restart("database");
    forgetTraffic(kalends.household);
    const { code, text } = await kalends.run("sync");
    expect(code).toBe(0);
    expect(text).toMatch(/^→ all: complete, \d+ adopted$/m);
    expect(text).toMatch(/^→ agency: complete, \d+ adopted$/m);
    expect(trafficOf(kalends.household).writes).toBe(0);
    expect(everything()).toEqual(before);
    expect((await kalends.run("sync")).text).toMatch(/→ all: idle\n→ agency: idle/);
  });

  it("that lost its database writes what changed meanwhile, and only that", async () => {
    const { graph, mailboxes } = kalends.household;
    const before = everything();
    await kalends.restart("database");
    const event = meeting("Made meanwhile", dayAfter(kalends.clock.now(), 4));
    graph.createEvent({ mailbox: mailboxes.agency, event });
    forgetTraffic(kalends.household);
    await kalends.sync();
    expect(trafficOf(kalends.household).writes).toBe(1);
    expect(everything()).toMatchObject(before);
    expect(differences(kalends)).toEqual([]);
  });

  it("that lost database and key takes its targets for somebody else's, and writes nothing", async () => {
    const before = everything();
    await kalends.restart("database and key");
    forgetTraffic(kalends.household);
    for (let runs = 0; runs < 2; runs += 1) {
      const { code, text } = await kalends.run("sync");
      expect(code).toBe(4);
      expect(text).toMatch(
        /holds \d+ objects that this installation did not write\. Nothing is written to it/,
      );
      expect(text).toContain("If `installation.key` was lost, restore it");
      expect(text).toContain("`kalends adopt all`");
    }
    expect(trafficOf(kalends.household).writes).toBe(0);
    expect(everything()).toEqual(before);
    const status = await kalends.run("status");
    expect(status.code).toBe(4);
    expect(status.text).toMatch(/held: The calendar .*kalends-agency\/ holds \d+ objects/);
  });

  it("adopts its own events again when its owner says so: one write each, the same objects", async () => {
    const before = everything();
    for (const target of ["all", "agency"] as const) {
      const shown = await kalends.run("adopt", [target]);
      const count = Object.keys(before[target]).length;
      expect(shown.code).toBe(0);
      expect(shown.text).toContain(`${count} objects would be taken over, 0 left alone.`);
      expect(kalends.standing(target)).toEqual(before[target]);
      forgetTraffic(kalends.household);
      expect((await kalends.run("adopt", [target], { yes: true })).code).toBe(0);
      expect(trafficOf(kalends.household).writes).toBe(count);
      expect(Object.keys(kalends.standing(target)).toSorted()).toEqual(
        Object.keys(before[target]).toSorted(),
      );
    }
    expect(differences(kalends)).toEqual([]);
    expect((await kalends.run("sync")).text).toMatch(/→ all: idle\n→ agency: idle/);
    expect(mailOf(kalends.household)).toEqual([]);
  });
});
