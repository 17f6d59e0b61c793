import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meetingIdentity } from "../../../src/calendar/identity.ts";

const marker = "040000008200E00074C5B7101A82E008";
const tail = `00DA2B357D94B5D201000000000000000010000000EC4597557F0CB34EA4CC2887EA7B17C3`.slice(2);

function outlookId(date: string): string {
  return `${marker}${date}00${tail}`;
}

/** A GlobalObjectId that wraps a foreign UID ([MS-OXOCAL] 2.2.1.27). */
function wrapping(uid: string, date = "00000000"): string {
  const data = Buffer.concat([
    Buffer.from("vCal-Uid"),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from(uid),
    Buffer.from([0]),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return `${marker}${date}${"00".repeat(16)}${size.toString("hex")}${data.toString("hex")}`.toUpperCase();
}

const date = fc.date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });

describe("the UID of a meeting", () => {
  it("is the same for the series and for each of its instances, in either case", () => {
    const series = meetingIdentity(outlookId("00000000"));
    expect(series.instanceDate).toBeNull();
    fc.assert(
      fc.property(date, fc.boolean(), (day, isLower) => {
        const iso = day.toISOString().slice(0, 10);
        const [year = 0, month = 0, dayOfMonth = 0] = iso.split("-").map(Number);
        const hex = [year >> 8, year & 255, month, dayOfMonth].map((byte) =>
          byte.toString(16).padStart(2, "0"),
        );
        const uid = outlookId(hex.join("").toUpperCase());
        const identity = meetingIdentity(isLower ? uid.toLowerCase() : uid);
        expect(identity).toEqual({ uid: series.uid, instanceDate: iso });
      }),
    );
  });

  it("is the original one where Exchange wraps another system's UID", () => {
    const visible = fc.string({ minLength: 1 }).filter((uid) => uid.trim() === uid);
    fc.assert(
      fc.property(visible, (uid) => {
        expect(meetingIdentity(wrapping(uid)).uid).toBe(meetingIdentity(uid).uid);
        expect(meetingIdentity(wrapping(uid, "07EA0302"))).toEqual({
          uid: meetingIdentity(uid).uid,
          instanceDate: "2026-03-02",
        });
      }),
    );
  });

  it("does not change when it is cleaned again", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          date.map(() => outlookId("07EA0302")),
        ),
        (uid) => {
          const once = meetingIdentity(uid).uid;
          expect(meetingIdentity(once)).toEqual({ uid: once, instanceDate: null });
        },
      ),
    );
  });

  it.each(["", "a@b", "04000000", `${marker}zz`, `${marker}07EA0302`, "F3A1-9", "04000000820"])(
    "stays %j where it is none of Outlook's",
    (uid) => {
      expect(meetingIdentity(` ${uid}\r\n`)).toEqual({ uid, instanceDate: null });
    },
  );

  it("keeps different meetings apart", () => {
    const other = outlookId("00000000").replace("EC4597", "EC4598");
    expect(meetingIdentity(other).uid).not.toBe(meetingIdentity(outlookId("00000000")).uid);
  });
});
