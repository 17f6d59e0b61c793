import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  kalendsId,
  meetingKey,
  slotName,
  slotUid,
  slotValue,
  verifyKalendsId,
} from "../../../src/calendar/slot.ts";

const key = Buffer.alloc(32, 7);
const parts = fc.record({
  meetingUid: fc.string(),
  instance: fc.option(fc.string()),
  apart: fc.option(fc.string()),
  extra: fc.option(fc.string()),
});

describe("a slot", () => {
  it("is named alike by the same meeting and differently by any other", () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(slotValue(key, "all", meetingKey(a)) === slotValue(key, "all", meetingKey(b))).toBe(same);
      }),
    );
  });

  it("never confuses the end of one field with the beginning of the next", () => {
    expect(slotValue(key, "ab", "c")).not.toBe(slotValue(key, "a", "bc"));
    expect(kalendsId(key, "ab", "c", "d")).not.toBe(kalendsId(key, "a", "bc", "d"));
  });

  it("has a name and a UID that every server takes", () => {
    const slot = slotValue(
      key,
      "all",
      meetingKey({ meetingUid: "ü/%2F", instance: null, apart: null, extra: null }),
    );
    expect(slot).toMatch(/^[0-9a-f]{32}$/);
    expect(slotName(slot)).toBe(`${slot}.ics`);
    expect(slotUid(slot)).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("depends on the installation key", () => {
    expect(slotValue(Buffer.alloc(32, 8), "all", "m")).not.toBe(slotValue(key, "all", "m"));
  });
});

describe("X-KALENDS-ID", () => {
  const slot = slotValue(key, "all", "m");
  const uid = slotUid(slot);
  const id = kalendsId(key, "all", slot, uid);

  it("names its slot beside the UID and in the target that it was made for", () => {
    expect(verifyKalendsId(key, "all", uid, id)).toBe(slot);
  });

  it.each([
    ["another UID, as in a series that a phone has split", [key, "all", "other", id]],
    ["another target", [key, "work", uid, id]],
    ["another installation", [Buffer.alloc(32, 8), "all", uid, id]],
    ["a changed value", [key, "all", uid, id.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"))]],
    ["a cut value", [key, "all", uid, id.slice(0, 40)]],
    ["nothing", [key, "all", uid, ""]],
    ["letters of more than one byte", [key, "all", uid, `${slot}.${"é".repeat(32)}`]],
  ] as const)("says nothing beside %s", (_, [installation, target, beside, value]) => {
    expect(verifyKalendsId(installation, target, beside, value)).toBeNull();
  });
});
