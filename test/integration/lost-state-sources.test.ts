import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import type { EventInput } from "../../simulator/graph/event-input.ts";
import { install, type Installation } from "./installation.ts";
import { appleObject, daily, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { forgetTraffic, trafficOf } from "./traffic.ts";
import { type Calendars, differences } from "./truth.ts";

const icloudUser = "sean@icloud.com";
const discoveryMs = 16 * 60_000;
const agencyTenant = "agency.example.us";

/** More than the guard would let go, and a series. */
function eventsFrom(now: number): readonly EventInput[] {
  const singles = Array.from({ length: 12 }, (_, index) =>
    meeting(`Meeting ${index}`, dayAfter(now, index + 1)),
  );
  return [...singles, daily("Stand-up", dayAfter(now, 2), {}, 5)];
}

describe("what a source loses", { timeout: 60_000 }, () => {
  let kalends: Installation;
  /** The events of the agency's calendar as they were made, with what identifies them everywhere. */
  let made: readonly EventInput[];
  /** The same of another calendar of the agency. */
  let projects: readonly EventInput[] = [];

  /** Calendars that hold events by now: the tests go on from each other. */
  let calendars: Calendars = {};

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      configuration: { off: ["company"], window: { past: 30, future: 120 } },
    });
    const { graph, icloud, mailboxes } = kalends.household;
    const now = kalends.clock.now();
    made = eventsFrom(now).map((event) => {
      const { iCalUId } = graph.createEvent({ mailbox: mailboxes.agency, event });
      return { ...event, iCalUId };
    });
    for (let index = 0; index < 14; index += 1) {
      const day = dayAfter(now, index + 1);
      const times = { start: utcText(day, "0900"), end: utcText(day, "1000") };
      const body = appleObject({ uid: `family-${index}`, summary: `Family ${index}`, ...times });
      icloud.control.putObject(icloudUser, "family", `family-${index}.ics`, body);
    }
    await kalends.sync();
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  beforeEach(() => {
    expect(differences(kalends, calendars)).toEqual([]);
    forgetTraffic(kalends.household);
  });

  const everything = () => ({ ...kalends.standing("all"), ...kalends.standing("agency") });
  /** Names and UIDs of all that stands in the targets. */
  const places = () =>
    Object.entries(everything())
      .map(([name, { body }]) => `${name} ${/^UID:(.*?)\r?$/m.exec(body)?.[1]}`)
      .toSorted();
  const writes = () => trafficOf(kalends.household).writes;

  /** Runs until the listing of the calendars was read again and nothing is left to do. */
  async function settle(): Promise<void> {
    for (let runs = 0; runs < 3; runs += 1) {
      kalends.clock.advance(discoveryMs);
      await kalends.sync();
    }
  }

  async function expectTruth(): Promise<void> {
    expect(differences(kalends, calendars)).toEqual([]);
    const before = writes();
    await settle();
    expect(writes()).toBe(before);
    expect((await kalends.run("status")).text).not.toMatch(/held|Nothing of that was done/);
  }

  it("a calendar with another name: it has another name, and nothing else happens", async () => {
    const { graph, mailboxes } = kalends.household;
    const before = everything();
    const { id } = graph.addCalendar({ mailbox: mailboxes.agency, name: "Team" });
    await settle();
    graph.renameCalendar({ mailbox: mailboxes.agency, calendar: id, name: "The team" });
    await settle();
    const { db } = kalends.application.connections.context;
    const rows = await db.selectFrom("collection").select(["name", "vanished_at"]).execute();
    expect(rows).toContainEqual({ name: "The team", vanished_at: null });
    expect(rows.some(({ name }) => name === "Team")).toBe(false);
    expect(everything()).toEqual(before);
    expect(writes()).toBe(0);
  });

  it("a CalDAV calendar made anew with the same events: not a single write", async () => {
    const { control } = kalends.household.icloud;
    const before = everything();
    const objects = control.objects(icloudUser, "family");
    control.removeCalendar(icloudUser, "family");
    await settle();
    expect(everything()).toEqual(before);
    control.addCalendar(icloudUser, { uri: "5F0C-made-anew", name: "Family" });
    for (const [index, { body }] of Object.values(objects).entries())
      control.putObject(icloudUser, "5F0C-made-anew", `new-${index}.ics`, body);
    await settle();
    expect(everything()).toEqual(before);
    expect(writes()).toBe(0);
    const [first = ""] = Object.keys(control.objects(icloudUser, "5F0C-made-anew"));
    control.deleteObject(icloudUser, "5F0C-made-anew", first);
    await settle();
    calendars = { ...calendars, family: ["home", "5F0C-made-anew"] };
    await expectTruth();
    expect(writes()).toBe(1);
  });

  it("an iCloud home on another partition under another number: not a single write", async () => {
    const { control } = kalends.household.icloud;
    const before = everything();
    control.moveAccount(icloudUser, { partition: 1, dsid: "99887766" });
    await settle();
    expect(everything()).toEqual(before);
    expect(writes()).toBe(0);
    control.deleteObject(icloudUser, "5F0C-made-anew", "new-3.ics");
    await settle();
    await expectTruth();
    expect(writes()).toBe(1);
  });

  it("a Graph calendar made anew with the same events: the same places", async () => {
    const { graph, mailboxes } = kalends.household;
    const mailbox = mailboxes.agency;
    const { id } = graph.addCalendar({ mailbox, name: "Projects" });
    const events = eventsFrom(kalends.clock.now()).map((event) => ({
      ...event,
      subject: `${event.subject} of the project`,
    }));
    projects = events.map((event) => {
      const { iCalUId } = graph.createEvent({ mailbox, calendar: id, event });
      return { ...event, iCalUId };
    });
    await settle();
    const before = places();
    graph.removeCalendar({ mailbox, calendar: id });
    await settle();
    expect(places()).toEqual(before);
    graph.addCalendar({ mailbox, name: "Projects" });
    for (const event of projects) graph.createEvent({ mailbox, calendar: "Projects", event });
    await settle();
    expect(places()).toEqual(before);
    calendars = { ...calendars, agency: ["Calendar", "Projects"] };
    await expectTruth();
  });

  it.each([
    ["has lost its licence", "not-enabled", /no licence/],
    ["may not be read any more", "policy", /Calendars\.Read|ApplicationAccessPolicy/],
  ] as const)("a mailbox that %s: all stays, and status says what to do", async (_what, access, remedy) => {
    const { graph, mailboxes } = kalends.household;
    const before = everything();
    graph.setSwitches({ mailbox: mailboxes.agency, switches: { access } });
    for (let runs = 0; runs < 3; runs += 1) {
      kalends.clock.advance(discoveryMs);
      expect((await kalends.run("sync")).code).not.toBe(0);
      expect(everything()).toEqual(before);
    }
    const { code, text } = await kalends.run("status");
    expect(code).not.toBe(0);
    expect(text).toMatch(remedy);
    graph.setSwitches({ mailbox: mailboxes.agency, switches: { access: "granted" } });
    await settle();
    expect(everything()).toEqual(before);
    await expectTruth();
  });

  it("an iCloud account without calendars: a failure that status tells, not an empty account", async () => {
    const { control } = kalends.household.icloud;
    const before = everything();
    const objects = control.objects(icloudUser, "5F0C-made-anew");
    const uris = ["home", "5F0C-made-anew"];
    const { db } = kalends.application.connections.context;
    const vanished = () =>
      db.selectFrom("collection").select("native_id").where("vanished_at", "is not", null).execute();
    const gone = await vanished();
    for (const calendar of uris) control.removeCalendar(icloudUser, calendar);
    kalends.clock.advance(discoveryMs);
    const { code, text } = await kalends.run("sync");
    expect(code).not.toBe(0);
    expect(text).toMatch(/the account lists no calendar that events can stand in/);
    expect(await vanished()).toEqual(gone);
    expect((await kalends.run("status")).text).toMatch(/lists no calendar .*nothing is taken for removed/);
    for (const uri of uris) control.addCalendar(icloudUser, { uri });
    for (const [name, { body }] of Object.entries(objects))
      control.putObject(icloudUser, "5F0C-made-anew", name, body);
    await settle();
    expect(everything()).toEqual(before);
    expect(writes()).toBe(0);
  });

  it("a mailbox that was moved, with all ids new: the same places", async () => {
    const { graph, mailboxes } = kalends.household;
    const mailbox = mailboxes.agency;
    const before = places();
    graph.removeMailbox({ mailbox });
    kalends.clock.advance(discoveryMs);
    await kalends.sync();
    expect(places()).toEqual(before);
    graph.addMailbox({
      tenant: agencyTenant,
      userPrincipalName: mailbox,
      timeZone: "Eastern Standard Time",
    });
    // While it is still being filled, nothing is missing in the target.
    for (const event of made.slice(0, 3)) graph.createEvent({ mailbox, event });
    await settle();
    expect(places()).toEqual(before);
    for (const event of made.slice(3)) graph.createEvent({ mailbox, event });
    graph.addCalendar({ mailbox, name: "Projects" });
    for (const event of projects) graph.createEvent({ mailbox, calendar: "Projects", event });
    await settle();
    expect(places()).toEqual(before);
    await expectTruth();
    // What was left of the old mailbox does not bring back what goes now.
    const [gone] = graph.events({ mailbox, calendar: "Projects" });
    graph.deleteEvent({ mailbox, event: gone?.id ?? "" });
    await kalends.sync();
    await expectTruth();
    expect(places().length).toBe(before.length - 1);
  });
});
