import { sample } from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarZones } from "../../src/calendar/calendar-zones.ts";
import { parseCalendar, serialiseComponent } from "../../src/calendar/component.ts";
import { fitForServer } from "../../src/calendar/poison.ts";
import { randomSeries } from "../unit/calendar/random-series.ts";
import { withEngines } from "./with-engines.ts";

const window = { from: "2026-03-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };

describe("a series that was fitted for the server", () => {
  withEngines(({ sabre }) => {
    it("is stored and queried by sabre without an error", async () => {
      for (const ics of sample(randomSeries, { seed: 2038, numRuns: 150 })) {
        const parsed = parseCalendar(ics);
        if (parsed.kind === "unreadable") throw new Error(parsed.problem);
        const fitted = fitForServer(parsed.calendar, calendarZones(parsed.calendar, "UTC"), window);
        if (fitted.kind !== "fit") continue;
        const text = serialiseComponent(fitted.calendar);
        const { validation, iterator } = await sabre.judge(text);
        expect([iterator, ...validation.filter((one) => one.level === 3)], text).toEqual(["ok"]);
        await expect(sabre.expand(text, window.from, window.until), text).resolves.toBeDefined();
      }
    }, 60_000);
  });
});
