import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import type { CaldavControl } from "../../simulator/caldav/control.ts";
import { type CaldavSwitches, defaultSwitches } from "../../simulator/caldav/switches.ts";
import { install, type Installation } from "./installation.ts";
import { appleObject, dayAfter, utcText } from "./people-and-times.ts";
import { differences } from "./truth.ts";

const user = "sean@icloud.com";

type Oddity = {
  readonly name: string;
  readonly switches?: Partial<CaldavSwitches>;
  readonly meanwhile?: (control: CaldavControl, kalends: Installation) => void;
  /** The account cannot be read this time. */
  readonly fails?: true;
  /** One run does not get it all. */
  readonly again?: true;
};

const expire = (control: CaldavControl): void => {
  for (const calendar of ["home", "family"]) control.expireTokens(user, calendar);
};

const oddities: readonly Oddity[] = [
  { name: "nothing special" },
  ...(["400", "403", "409", "410", "500", "full-listing"] as const).map((expiredToken) => ({
    name: `an expired token, answered by ${expiredToken}`,
    switches: { expiredToken },
    meanwhile: expire,
  })),
  { name: "listings cut without a word", switches: { syncPageSize: 2 }, again: true },
  { name: "listings cut with a 507", switches: { syncPageSize: 2, truncation: "507" } },
  { name: "a full listing cut without a word", switches: { syncPageSize: 7 }, meanwhile: expire },
  { name: "no sync-collection", switches: { syncCollection: false } },
  { name: "neither sync-collection nor ctag", switches: { syncCollection: false, ctag: false } },
  { name: "sync-collection again" },
  {
    name: "a multiget that denies what is there",
    meanwhile: (control) =>
      void control.addFault({ times: null, effect: { kind: "multiget-404", href: "\\.ics" } }),
  },
  {
    name: "an empty multistatus for the calendars",
    meanwhile: (control, { clock }) => {
      clock.advance(16 * 60_000);
      control.addFault({ method: "PROPFIND", times: null, effect: { kind: "empty-multistatus" } });
    },
    fails: true,
  },
  {
    name: "a listing without its second half",
    meanwhile: (control) => {
      expire(control);
      control.addFault({ method: "PROPFIND", times: null, effect: { kind: "truncate", keep: 0.6 } });
    },
    fails: true,
  },
  ...([301, 403, 404, 421] as const).map((movedHome, index) => ({
    name: `a home that moved to another partition, answered by ${movedHome}`,
    switches: { movedHome },
    meanwhile: (control: CaldavControl) => control.moveAccount(user, { partition: (index + 1) % 2 }),
  })),
  { name: "an outage", switches: { outage: { status: 503, retryAfter: null } }, fails: true },
  { name: "an outage for an hour", switches: { outage: { status: 503, retryAfter: "3600" } }, fails: true },
];

describe("changes in iCloud, told with", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let round = 0;

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      size: { family: 30 },
      configuration: { off: ["agency", "company"], window: { past: 70, future: 400 } },
    });
    change();
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  afterEach(() => {
    kalends.household.icloud.control.setSwitches(defaultSwitches("icloud"));
    kalends.household.icloud.control.clearFaults();
  });

  it("an empty answer to an expired token delete nothing, and the next full listing heals it", async () => {
    const { control } = kalends.household.icloud;
    const before = kalends.standing("all");
    change();
    control.setSwitches({ expiredToken: "empty" });
    expire(control);
    await kalends.run("sync");
    expect(kalends.standing("all")).toEqual(before);
    control.setSwitches({ expiredToken: "403" });
    expire(control);
    await kalends.run("sync");
    expect(differences(kalends)).toEqual([]);
  });

  it.each(oddities)(
    "$name end in the truth, and nothing else is touched",
    async ({ switches = {}, meanwhile, fails, again }) => {
      const { control } = kalends.household.icloud;
      const kept = untouched();
      change();
      control.setSwitches({ ...defaultSwitches("icloud"), ...switches });
      meanwhile?.(control, kalends);
      const first = await kalends.run("sync");
      expect(untouched()).toEqual(kept);
      if (fails === true) expect(first.code).not.toBe(0);
      if (fails === true) expect(first.text).toMatch(/^family\/sean@icloud\.com: (incomplete|failed)/m);
      if (first.code !== 0) {
        control.setSwitches({ ...switches, outage: null });
        control.clearFaults();
        kalends.clock.advance(3_600_000);
        expect((await kalends.run("sync")).code).toBe(0);
      }
      if (again === true) await kalends.run("sync");
      expect(differences(kalends)).toEqual([]);
      expect(untouched()).toEqual(kept);
    },
  );

  it("no calendar left but those that no event can stand in: nothing is deleted", async () => {
    const { control } = kalends.household.icloud;
    const before = kalends.standing("all");
    for (const calendar of ["home", "family"]) control.removeCalendar(user, calendar);
    for (let runs = 0; runs < 3; runs += 1) {
      kalends.clock.advance(16 * 60_000);
      await kalends.run("sync");
      expect(kalends.standing("all")).toEqual(before);
    }
    const { text } = await kalends.run("status");
    expect(text).toMatch(/calendar "Family" is gone|family\/.*: the account lists no calendar/);
  });

  /** Objects that `change` leaves alone, as they stand in the target. */
  const untouched = (): unknown =>
    Object.fromEntries(
      Object.entries(kalends.standing("all")).filter(([, { body }]) => !/^SUMMARY:Round/m.test(body)),
    );

  function change(): void {
    round += 1;
    const { control } = kalends.household.icloud;
    const day = dayAfter(kalends.clock.now(), round);
    const put = (name: string, summary: string): void => {
      const times = { start: utcText(day, "0900"), end: utcText(day, "1000") };
      control.putObject(user, "family", `${name}.ics`, appleObject({ uid: name, summary, ...times }));
    };
    control.deleteObject(user, "family", `round-${round - 1}.ics`);
    put(`round-${round}`, `Round ${round}`);
    put("round-standing", `Round ${round}, changed`);
  }
});
