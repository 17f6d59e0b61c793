import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bareDatabase } from "../fresh-database.ts";
import { owner, startHousehold } from "../../simulator/household.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { type ProcessOptions, runKalends } from "./kalends-process.ts";
import { forgetTraffic, mailOf, trafficOf } from "./traffic.ts";
import { differences } from "./truth.ts";

describe("on PostgreSQL 15", { timeout: 240_000 }, () => {
  const stack = new AsyncDisposableStack();
  afterAll(() => stack.disposeAsync());

  describe("a few hundred events", () => {
    let kalends: Installation;

    beforeAll(async () => {
      kalends = await install({
        size: { agency: 150, company: 100, family: 80 },
        makeDatabase: bareDatabase,
      });
    }, 120_000);

    afterAll(() => kalends?.[Symbol.asyncDispose]());

    it("land in the targets as their sources have them", async () => {
      const { code } = await kalends.run("sync");
      expect(code).toBe(0);
      expect(differences(kalends)).toEqual([]);
    });

    it("cost a request to each calendar and none to the sink when nothing changed", async () => {
      forgetTraffic(kalends.household);
      await kalends.sync();
      expect(trafficOf(kalends.household)).toEqual({
        agency: 1,
        company: 1,
        icloud: 2,
        sink: 0,
        writes: 0,
        listings: 0,
      });
    });

    it("are adopted when the database is gone", async () => {
      const before = { all: kalends.standing("all"), agency: kalends.standing("agency") };
      await kalends.restart("database");
      forgetTraffic(kalends.household);
      const { text } = await kalends.run("sync");
      expect(text).toMatch(/^→ all: complete, \d+ adopted$/m);
      expect(trafficOf(kalends.household).writes).toBe(0);
      expect({ all: kalends.standing("all"), agency: kalends.standing("agency") }).toEqual(before);
    });
  });

  it("two processes at once on one database double nothing: one of them says that it is busy", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-two-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const household = stack.use(await startHousehold(folder, { agency: 40, company: 40, family: 40 }));
    // Slow enough for the two to meet.
    household.graph.setSwitches({ switches: { latencyMs: 30 } });
    household.baikal.control.setSwitches({ writeDelayMs: 10 });
    const place: ProcessOptions = {
      configuration: join(folder, "sources.yaml"),
      data: join(folder, "data"),
      environment: { ...household.environment, DATABASE_URL: await bareDatabase() },
    };
    await writeFile(place.configuration, household.configuration());
    // The key is made before: two first starts at once would both make one.
    expect((await runKalends(place, ["status"])).stdout).toMatch(/^Nothing has been read yet/m);

    const both = await Promise.all([runKalends(place, ["sync"]), runKalends(place, ["sync"])]);

    const codes = both.map(({ code }) => code);
    expect(codes).toContain(5);
    const busy = both.find(({ code }) => code === 5);
    expect(busy?.stdout).toMatch(/busy/);
    expect(busy?.stdout).toMatch(
      /Another process is at work on part of this, or was ended .*; nothing was done twice\./,
    );
    for (let runs = 0; runs < 3; runs += 1) {
      const [one, two] = await Promise.all([runKalends(place, ["sync"]), runKalends(place, ["sync"])]);
      expect([0, 5]).toContain(one.code);
      expect([0, 5]).toContain(two.code);
    }
    expect((await runKalends(place, ["sync"])).code).toBe(0);
    for (const target of ["all", "agency"]) {
      const titles = Object.values(household.baikal.control.objects(owner, calendarOf(target))).map(
        ({ body }) => body.replaceAll(/^(UID|X-KALENDS-ID|DTSTAMP).*\r\n( .*\r\n)*/gm, ""),
      );
      expect(new Set(titles).size).toBe(titles.length);
      expect(titles.length).toBeGreaterThan(30);
    }
    const { writes } = household.baikal.control.counters();
    expect(Object.entries(writes).filter(([, { puts, deletes }]) => puts !== 1 || deletes !== 0)).toEqual([]);
    expect(mailOf(household)).toEqual([]);
  });
});
