import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withEngines } from "../with-engines.ts";
import { judgeSeries } from "./differences.ts";
import { seriesCase } from "./series-arbitrary.ts";
import type { SeriesCase } from "./series-case.ts";
import { zonesApart } from "./zones-in-common.ts";

const numRuns = 500;
const folder = join(import.meta.dirname, "../cases");

withEngines((engines) => {
  let found: Promise<ReadonlySet<string>> | undefined;
  const apart = (): Promise<ReadonlySet<string>> =>
    (found ??= zonesApart([engines.python, engines.sabre]).then((zones) => {
      const names = [...zones].join(", ") || "none";
      process.stdout.write(`Zones of which the engines have other tables than this machine: ${names}\n`);
      return zones;
    }));

  describe("the occurrences of a series of Exchange", () => {
    it("are compared in almost every zone", async () => {
      expect((await apart()).size).toBeLessThan(4);
    });

    it.each(readdirSync(folder))("are shown by both engines: %s", async (file) => {
      const series: SeriesCase = JSON.parse(readFileSync(join(folder, file), "utf8"));
      const { asked, differences } = await judgeSeries(series, engines, await apart());
      expect(differences).toEqual([]);
      expect(asked).toBeGreaterThan(0);
    });

    it.each([1, 2, 3, 4])("are shown by both engines, for any series (seed %i)", async (seed) => {
      const zones = await apart();
      const cases = fc.sample(seriesCase, { seed, numRuns });
      const verdicts = await Promise.all(cases.map((series) => judgeSeries(series, engines, zones)));
      const asked = verdicts.reduce((sum, verdict) => sum + verdict.asked, 0);
      expect(asked).toBeGreaterThan(1.2 * numRuns);
      if (verdicts.every(({ differences }) => differences.length === 0)) return;
      // The same once more, one after the other, for a case that is as small as it can be.
      const smallest = fc.asyncProperty(seriesCase, async (series) => {
        expect((await judgeSeries(series, engines, zones)).differences).toEqual([]);
      });
      await fc.assert(smallest, { seed, numRuns });
    });
  });
});
