import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import type { FaultEffect, FaultSpec } from "../../simulator/caldav/faults.ts";
import { owner } from "../../simulator/household.ts";
import { refusalRetryMs } from "../../src/store/work.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { daily, dayAfter, meeting } from "./people-and-times.ts";
import { differences } from "./truth.ts";

type Fault = {
  readonly name: string;
  readonly effect: FaultEffect;
  readonly patienceMs?: number;
  /** What servers also say of an object that they will never take. */
  readonly refuses?: true;
  /** Tried at every PUT only. */
  readonly special?: true;
};

const answer = (status: number, retryAfter?: string): FaultEffect => ({
  kind: "status",
  status,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const faults: readonly Fault[] = [
  { name: "500", effect: answer(500), refuses: true },
  { name: "503", special: true, effect: answer(503) },
  { name: "429 with a Retry-After", effect: answer(429, "120"), patienceMs: 120_000 },
  { name: "401", effect: answer(401) },
  { name: "403", effect: answer(403), refuses: true },
  { name: "404", effect: answer(404) },
  { name: "409", special: true, effect: answer(409) },
  { name: "412", effect: answer(412) },
  { name: "a page with 200", effect: { kind: "html" } },
  {
    name: "a redirect",
    special: true,
    effect: { kind: "redirect", status: 302, location: "https://sign-in.invalid/" },
  },
  {
    name: "a reset before the write",
    special: true,
    effect: { kind: "reset", when: "before-headers", applied: false },
  },
  { name: "a reset after the write", effect: { kind: "reset", when: "before-headers", applied: true } },
];

type Place = {
  readonly name: string;
  readonly spec: Omit<FaultSpec, "effect">;
  /** Only one object is concerned: a refusal may well be meant for it. */
  readonly alone?: true;
  /** All faults are tried, the special ones too. */
  readonly every?: true;
};

const places: readonly Place[] = [
  { name: "one PUT in the middle", alone: true, spec: { method: "PUT", nth: 3, times: 1 } },
  { name: "every PUT", every: true, spec: { method: "PUT", times: null } },
  { name: "every DELETE", spec: { method: "DELETE", times: null } },
  { name: "everything", spec: { times: null } },
];

describe("a write that fails", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let row = 0;

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 10, company: 4, family: 0 },
      configuration: { off: ["family"], window: { past: 30, future: 100 } },
      makeDatabase: freshDatabase,
    });
    change();
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterEach(async () => {
    kalends.household.baikal.control.clearFaults();
    // One row that fails must not spoil the others.
    if (differences(kalends).length > 0) await startOver();
  });

  async function startOver(): Promise<void> {
    for (const name of Object.keys(kalends.standing("agency")))
      kalends.household.baikal.control.deleteObject(owner, calendarOf("agency"), name);
    await kalends.restart("database");
    await kalends.sync();
  }

  afterAll(async () => {
    await kalends?.[Symbol.asyncDispose]();
  });

  it.each([500, 403])(
    "%i for one object alone leaves it out and says so, for an hour or until it changes",
    async (code) => {
      const { graph, baikal, mailboxes } = kalends.household;
      const mailbox = mailboxes.agency;
      const event = meeting("Row of its own", dayAfter(kalends.clock.now(), 3));
      const { immutableId } = graph.createEvent({ mailbox, event });
      baikal.control.addFault({ method: "PUT", times: null, effect: answer(code) });
      expect((await kalends.run("sync")).text).toContain("1 refused");
      baikal.control.clearFaults();
      const { text } = await kalends.run("status");
      expect(text).toContain(`left out: agency, agency, Row of its own: refused by the target: `);
      expect(text).toContain(`The server refused the object with ${code}`);
      expect((await kalends.run("sync")).text).toContain("→ agency: idle");
      // Either of these has it tried again.
      if (code === 500) kalends.clock.advance(refusalRetryMs + 1_000);
      else graph.updateEvent({ mailbox, event: immutableId, changes: { location: "Elsewhere" } });
      await kalends.run("sync");
      expect(differences(kalends)).toEqual([]);
      expect((await kalends.run("status")).text).not.toContain("left out");
      graph.deleteEvent({ mailbox, event: immutableId });
      await kalends.run("sync");
    },
  );

  describe.each(places)("$name answered by", ({ spec, alone, every }) => {
    const tried = faults.filter(
      ({ refuses, special }) => (refuses !== true || alone !== true) && (special !== true || every === true),
    );

    it.each(tried)(
      "$name doubles nothing, loses nothing, and is made good",
      async ({ effect, patienceMs }) => {
        const { control } = kalends.household.baikal;
        const kept = untouched();
        change();
        control.addFault({ ...spec, effect });
        const { code, text } = await kalends.run("sync");
        expect(untouched()).toEqual(kept);
        if (code !== 0) expect(text).toMatch(/^→ agency: (incomplete|failed|held)|refused/m);
        control.clearFaults();
        kalends.clock.advance(Math.max(patienceMs ?? 0, refusalRetryMs + 1_000));
        for (let runs = 0; runs < 2; runs += 1) await kalends.run("sync");
        expect(differences(kalends)).toEqual([]);
        expect(untouched()).toEqual(kept);
        const status = await kalends.run("status");
        expect(`${status.code} ${status.text}`).toMatch(/^0 /);
      },
    );
  });

  /** What `change` leaves alone, as it stands in the target. */
  const untouched = (): unknown =>
    Object.fromEntries(
      Object.entries(kalends.standing("agency")).filter(([, { body }]) => !/^SUMMARY:Row/m.test(body)),
    );

  /** Two new events and a series, one changed, two gone. */
  function change(): void {
    row += 1;
    const { graph, mailboxes } = kalends.household;
    const mailbox = mailboxes.agency;
    const day = dayAfter(kalends.clock.now(), 1 + (row % 60));
    for (const { subject, immutableId } of graph.events({ mailbox })) {
      if (new RegExp(`^Row ${row - 2}\\b`).test(subject)) graph.deleteEvent({ mailbox, event: immutableId });
      if (subject === `Row ${row - 1}, first`)
        graph.updateEvent({ mailbox, event: immutableId, changes: { subject: `${subject}, renamed` } });
    }
    for (const event of [
      meeting(`Row ${row}, first`, day),
      meeting(`Row ${row}, second`, day),
      daily(`Row ${row}, series`, day, {}, 4),
    ])
      graph.createEvent({ mailbox, event });
  }
});

describe("the target", { timeout: 120_000 }, () => {
  let kalends: Installation;

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 12, company: 0, family: 0 },
      configuration: { off: ["company", "family"] },
      makeDatabase: freshDatabase,
    });
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  it("that answers its first listing empty or not at all is not filled twice", async () => {
    await kalends.sync();
    const before = kalends.standing("agency");
    const { control } = kalends.household.baikal;
    for (const effect of [
      { kind: "empty-multistatus" },
      answer(503),
      { kind: "truncate", keep: 0.5 },
    ] as const) {
      await kalends.restart("database");
      control.addFault({ method: "PROPFIND", path: `${calendarOf("agency")}/$`, times: null, effect });
      const { code } = await kalends.run("sync");
      expect(code).not.toBe(0);
      expect(Object.keys(kalends.standing("agency"))).toEqual(Object.keys(before));
      control.clearFaults();
      expect((await kalends.run("sync")).code).toBe(0);
      expect(kalends.standing("agency")).toEqual(before);
      expect(differences(kalends)).toEqual([]);
    }
  });

  it("whose calendar was removed is not made anew behind the owner's back", async () => {
    const { control } = kalends.household.baikal;
    control.removeCalendar(owner, calendarOf("agency"));
    const event = meeting("After the fall", dayAfter(kalends.clock.now(), 2));
    kalends.household.graph.createEvent({ mailbox: kalends.household.mailboxes.agency, event });
    const first = await kalends.run("sync");
    expect(`${first.code} ${first.text}`).toMatch(/^1 .*target agency: .*the collection is not there/s);
    const second = await kalends.run("sync");
    expect(second.code).toBe(1);
    expect(second.text).toMatch(/target agency: .*is not on the sink any more .*bring the calendar back/);
    expect(control.calendars(owner).map(({ uri }) => uri)).not.toContain(calendarOf("agency"));
  });
});
