import { describe, expect, it } from "vitest";
import { withEngines } from "./with-engines.ts";

const lines = (...more: readonly string[]): string =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//example//EN",
    "BEGIN:VEVENT",
    "UID:one",
    "DTSTAMP:20260101T000000Z",
    ...more,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

const weekly = lines(
  "DTSTART;TZID=Europe/Berlin:20260323T090000",
  "DTEND;TZID=Europe/Berlin:20260323T100000",
  "RRULE:FREQ=WEEKLY;COUNT=3",
  "SUMMARY:Stand-up",
);

withEngines(({ python, sabre }) => {
  describe.each([python, sabre])("the engine $name", (engine) => {
    it("expands a series across a change of clocks", async () => {
      const shown = await engine.expand(weekly, "2026-03-01T00:00:00.000Z", "2026-04-06T07:00:00.000Z");
      const rest = { isAllDay: false, summary: "Stand-up" };
      expect(shown).toEqual([
        { start: "2026-03-23T08:00:00.000Z", end: "2026-03-23T09:00:00.000Z", ...rest },
        { start: "2026-03-30T07:00:00.000Z", end: "2026-03-30T08:00:00.000Z", ...rest },
      ]);
    });

    it("gives whole days as dates", async () => {
      const event = lines("DTSTART;VALUE=DATE:20260323", "DTEND;VALUE=DATE:20260325", "SUMMARY:Fair");
      const shown = await engine.expand(event, "2026-03-24T00:00:00.000Z", "2026-04-01T00:00:00.000Z");
      expect(shown).toEqual([{ start: "2026-03-23", end: "2026-03-25", isAllDay: true, summary: "Fair" }]);
    });

    it("says what it could not do", async () => {
      await expect(
        engine.expand("nothing", "2026-03-24T00:00:00.000Z", "2026-04-01T00:00:00.000Z"),
      ).rejects.toThrow(/Exception|Error/);
    });
  });

  describe("sabre's judgement", () => {
    it("finds nothing to say about a plain series", async () => {
      expect(await sabre.judge(weekly)).toEqual({ validation: [], iterator: "ok" });
    });

    it("names what a server would refuse, and what would make it fail", async () => {
      const broken = await sabre.judge(lines("SUMMARY:No start"));
      expect(broken.validation.map(({ level }) => level)).toContain(3);
      const daily = ["DTSTART:20200101T090000Z", "DTEND:20200101T100000Z", "SUMMARY:Daily"];
      const endless = await sabre.judge(lines(...daily, "RRULE:FREQ=DAILY;COUNT=4000"));
      expect(endless.iterator).toContain("MaxInstancesExceeded");
    });
  });
});
