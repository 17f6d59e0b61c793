import { describe, expect, it } from "vitest";
import { kalendsId } from "../../../src/calendar/slot.ts";
import { stamp } from "../../../src/calendar/stamp.ts";
import { isOwnObject } from "../../../src/reconcile/gather/slot-values.ts";

const installationKey = Buffer.from("an installation key of this test only");
const slot = "0123456789abcdef0123456789abcdef";
const context = {
  installationKey,
  zone: "UTC",
  targets: [{ id: "all", was: "everything", name: "All", color: null }],
};

const event = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:test",
  "BEGIN:VEVENT",
  "UID:of the source",
  "DTSTAMP:20261101T000000Z",
  "DTSTART:20261201T090000Z",
  "DTEND:20261201T100000Z",
  "SUMMARY:A meeting",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const written = (target: string): string =>
  stamp(event, { uid: "of the slot", kalendsId: kalendsId(installationKey, target, slot, "of the slot") });

describe("an object that a source hands us", () => {
  it("is our own where it verifies for a target, under its id or its former one", () => {
    expect(isOwnObject(context, written("all"))).toBe(true);
    expect(isOwnObject(context, written("everything"))).toBe(true);
  });

  it("is not our own without our property, with another installation's, or with another UID beside it", () => {
    expect(isOwnObject(context, event)).toBe(false);
    expect(isOwnObject(context, written("another target"))).toBe(false);
    // A phone that copies an event gives it a UID of its own: that copy is the owner's.
    expect(isOwnObject(context, written("all").replace("UID:of the slot", "UID:of a copy"))).toBe(false);
  });
});
