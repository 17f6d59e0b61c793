import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import type { EventInput } from "../../simulator/graph/event-input.ts";
import { install, type Installation } from "./installation.ts";
import { appleObject, at, daily, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { forgetTraffic, trafficOf } from "./traffic.ts";
import { differences, shownIn } from "./truth.ts";

const icloudUser = "sean@icloud.com";
const discoveryMs = 16 * 60_000;

/** Both tenants and iCloud in one target. */
describe("a person's changes", { timeout: 60_000 }, () => {
  let kalends: Installation;
  const calendars = { agency: ["Calendar", "Projects"] };

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      size: { agency: 6, company: 6, family: 6 },
      configuration: { targets: { agency: "all" }, window: { past: 30, future: 100 } },
    });
    kalends.household.graph.addCalendar({ mailbox: mailboxOf("agency"), name: "Projects" });
    const { code } = await kalends.run("sync");
    expect(code).toBe(0);
    forgetTraffic(kalends.household);
  }, 120_000);

  afterEach(() => kalends.household.graph.removeFaults());
  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const mailboxOf = (name: "agency" | "company"): string => kalends.household.mailboxes[name];
  const on = (days: number): string => dayAfter(kalends.clock.now(), days);
  const create = (name: "agency" | "company", event: EventInput, calendar = "Calendar") => {
    const handle = kalends.household.graph.createEvent({ mailbox: mailboxOf(name), calendar, event });
    return { mailbox: mailboxOf(name), event: handle.immutableId, iCalUId: handle.iCalUId };
  };
  /** Names of the objects with a title. */
  const named = (title: string): string[] =>
    Object.entries(kalends.standing("all")).flatMap(([name, { body }]) =>
      body.includes(`SUMMARY:${title}\r\n`) ? [name] : [],
    );
  /** Writes of one run. */
  const writesOf = async (): Promise<number> => {
    forgetTraffic(kalends.household);
    const { targets } = await kalends.sync();
    expect(targets.map(({ outcome }) => outcome)).not.toContain("failed");
    return trafficOf(kalends.household).writes;
  };

  it.each(["Single", "Series"])("an event moved to another calendar keeps its object (%s)", async (kind) => {
    const { graph } = kalends.household;
    const title = `${kind} on the move`;
    const event = kind === "Series" ? daily(title, on(3), {}, 10) : meeting(title, on(3));
    const name = create("agency", event);
    await kalends.sync();
    const before = named(title);
    expect(before).toHaveLength(1);
    graph.moveEvent({ ...name, to: "Projects" });
    expect(await writesOf()).toBe(0);
    expect(named(title)).toEqual(before);
    graph.moveEvent({ ...name, to: "Calendar" });
    graph.updateEvent({ ...name, changes: { subject: `${title}, renamed` } });
    expect(await writesOf()).toBe(1);
    expect(named(`${title}\\, renamed`)).toEqual(before);
    expect(differences(kalends, calendars)).toEqual([]);
  });

  it("occurrences cancelled, moved and renamed are one write to the one object of the series", async () => {
    const { graph } = kalends.household;
    const name = create("company", daily("Morning round", on(2), {}, 12));
    await kalends.sync();
    expect(shown("Morning round")).toHaveLength(12);
    graph.cancelOccurrence({ ...name, date: on(4) });
    graph.alterOccurrence({
      ...name,
      date: on(6),
      changes: { start: at(on(6), "17:00"), end: at(on(6), "18:00") },
    });
    graph.alterOccurrence({ ...name, date: on(8), changes: { subject: "Morning walk" } });
    expect(await writesOf()).toBe(1);
    expect(shown("Morning round")).toHaveLength(10);
    expect(shown("Morning walk")).toHaveLength(1);
    expect(differences(kalends, calendars)).toEqual([]);
  });

  const shown = (title: string): string[] => shownIn(kalends, "all").filter((line) => line.endsWith(title));

  it("a meeting in both tenants stands once, and goes on from the other one when the first is gone", async () => {
    const { graph } = kalends.household;
    const ours = create("agency", daily("Joint review", on(5), {}, 4));
    const theirs = create("company", { ...daily("Joint review", on(5), {}, 4), iCalUId: ours.iCalUId });
    expect(await writesOf()).toBe(1);
    const [object] = named("Joint review");
    expect(shown("Joint review")).toHaveLength(4);
    graph.updateEvent({ ...theirs, changes: { subject: "Joint review, as the company has it" } });
    expect(await writesOf()).toBe(0);
    graph.deleteEvent(ours);
    expect(await writesOf()).toBe(1);
    expect(named("Joint review\\, as the company has it")).toEqual([object]);
    graph.deleteEvent(theirs);
    expect(await writesOf()).toBe(1);
    expect(shown("Joint review, as the company has it")).toEqual([]);
  });

  it("an invitation that iCloud sent to the office stands once", async () => {
    const uid = "6F2B9A1E-0D5B-4C9A-9B51-5B6C1E0F7A11";
    const times = { start: utcText(on(7), "1500"), end: utcText(on(7), "1600") };
    const { control } = kalends.household.icloud;
    control.putObject(
      icloudUser,
      "family",
      "party.ics",
      appleObject({ uid, summary: "Garden party", ...times }),
    );
    await kalends.sync();
    const [object] = named("Garden party");
    const start = at(on(7), "15:00", "UTC");
    const end = at(on(7), "16:00", "UTC");
    const copy = create("company", {
      subject: "Garden party",
      start,
      end,
      foreignUid: uid,
      isOrganizer: false,
    });
    await kalends.sync();
    expect(named("Garden party")).toEqual([object]);
    control.deleteObject(icloudUser, "family", "party.ics");
    await kalends.sync();
    expect(named("Garden party")).toEqual([object]);
    kalends.household.graph.deleteEvent(copy);
    await kalends.sync();
    expect(named("Garden party")).toEqual([]);
    expect(differences(kalends, calendars)).toEqual([]);
  });

  it("a calendar added or shared later is found by itself within the quarter of an hour", async () => {
    const { graph, icloud, tenants } = kalends.household;
    const dana = "dana@agency.example.us";
    graph.addMailbox({ tenant: tenants.agency, userPrincipalName: dana });
    graph.createEvent({ mailbox: dana, event: daily("Dana's shift", on(1), {}, 5) });
    graph.shareCalendar({ mailbox: mailboxOf("agency"), name: "Dana", owner: dana });
    graph.addCalendar({ mailbox: mailboxOf("company"), name: "Travel" });
    create("company", meeting("Flight", on(9)), "Travel");
    icloud.control.addCalendar(icloudUser, { uri: "school", name: "School" });
    const times = { start: utcText(on(9), "0700"), end: utcText(on(9), "0800") };
    icloud.control.putObject(
      icloudUser,
      "school",
      "a.ics",
      appleObject({ uid: "A", summary: "Lesson", ...times }),
    );
    expect(await writesOf()).toBe(0);
    kalends.clock.advance(discoveryMs);
    await kalends.sync();
    const all = {
      agency: [...calendars.agency, "Dana"],
      company: ["Calendar", "Travel"],
      family: ["home", "family", "school"],
    };
    expect(shown("Dana's shift")).toHaveLength(5);
    expect(differences(kalends, all)).toEqual([]);
    const { listings, ...traffic } = await trafficOfIdleRun();
    expect(traffic).toMatchObject({ agency: 3, company: 2, icloud: 3, sink: 0 });
    expect(listings).toBe(0);
  });

  const trafficOfIdleRun = async () => {
    forgetTraffic(kalends.household);
    await kalends.sync();
    return trafficOf(kalends.household);
  };

  it("a calendar that is gone, here and there, deletes nothing, and status says so", async () => {
    const { graph, icloud } = kalends.household;
    const before = kalends.standing("all");
    graph.removeCalendar({ mailbox: mailboxOf("agency"), calendar: "Dana" });
    graph.removeCalendar({ mailbox: mailboxOf("company"), calendar: "Travel" });
    icloud.control.removeCalendar(icloudUser, "school");
    await kalends.sync();
    kalends.clock.advance(discoveryMs);
    const { code } = await kalends.run("sync");
    expect(code).toBe(0);
    expect(kalends.standing("all")).toEqual(before);
    const { text } = await kalends.run("status");
    for (const name of ["Dana", "Travel", "School"])
      expect(text).toContain(`calendar "${name}" is gone or not selected any more; its events stay`);
  });

  it.each([
    { status: 404, code: "ErrorItemNotFound" },
    { status: 500, code: "ErrorInternalServerError" },
  ])(
    "a series whose master cannot be read ($status) stays owed, and all else goes on",
    async ({ status, code }) => {
      const { graph } = kalends.household;
      const old = create("agency", daily(`Old series ${status}`, on(2), {}, 5));
      await kalends.sync();
      const fresh = create("agency", daily(`New series ${status}`, on(2), {}, 5));
      graph.updateEvent({ ...old, changes: { subject: `Old series ${status}, renamed` } });
      create("agency", meeting(`Single beside ${status}`, on(4)));
      const effect = { kind: "status", status, body: { error: { code, message: "" } } } as const;
      for (const { event } of [old, fresh])
        graph.addFault({ path: `/events/${encodeURIComponent(event)}`, effect });
      for (let runs = 0; runs < 3; runs += 1) expect((await kalends.run("sync")).code).toBe(3);
      expect(named(`Single beside ${status}`)).toHaveLength(1);
      expect(shown(`Old series ${status}`)).toHaveLength(5);
      expect(named(`New series ${status}`)).toEqual([]);
      const held = await kalends.run("status");
      expect(held.code).toBe(3);
      expect(held.text).toMatch(/agency\/sean@agency\.example\.us: .*, 2 still to be read/);
      expect(held.text).toMatch(
        new RegExp(`^left out: agency, Calendar, ${fresh.event}: .*${status} ${code}`, "m"),
      );
      graph.removeFaults();
      expect((await kalends.run("sync")).code).toBe(0);
      expect(named(`Old series ${status}\\, renamed`)).toHaveLength(1);
      expect(shown(`New series ${status}`)).toHaveLength(5);
      expect((await kalends.run("status")).code).toBe(0);
    },
  );
});
