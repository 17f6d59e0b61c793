import { assert, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { type Component, parseCalendar, serialiseComponent } from "../../../src/calendar/component.ts";
import { fitForServer } from "../../../src/calendar/poison.ts";
import { expand } from "../../../src/calendar/recurrence.ts";
import { randomSeries } from "./random-series.ts";

const window = { from: "2026-03-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };
const span = { from: Date.parse(window.from), until: Date.parse(window.until), limit: 100_000 };

function parse(ics: string): Component {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  return parsed.calendar;
}

function shown(calendar: Component): string {
  const found = expand(calendar, calendarZones(calendar, "UTC"), span);
  if (found.kind !== "occurrences") return found.kind;
  return found.occurrences.map((one) => `${one.start}-${one.end}`).join();
}

describe("any series", () => {
  it("is the same inside the window, whatever had to be done for the server, and is done with", () => {
    assert(
      property(randomSeries, (ics) => {
        const given = parse(ics);
        const zones = calendarZones(given, "UTC");
        const fitted = fitForServer(given, zones, window);
        if (fitted.kind === "nothing") expect(shown(given)).toBe("");
        if (fitted.kind !== "fit") return;
        expect(shown(fitted.calendar)).toBe(shown(given));
        const again = fitForServer(fitted.calendar, zones, window);
        expect(again.kind === "fit" && serialiseComponent(again.calendar)).toBe(
          serialiseComponent(fitted.calendar),
        );
      }),
      { seed: 3499, numRuns: 60 },
    );
  });
});
