import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { install, type Installation } from "./installation.ts";
import { at, daily, dayAfter, meeting } from "./people-and-times.ts";
import { forgetTraffic, type Traffic, trafficOf } from "./traffic.ts";

const agenda = { name: "Agenda.docx", size: 2048 };
const minutes = { "@odata.type": "#microsoft.graph.itemAttachment", name: "Minutes" } as const;

describe("attachments and colours of a mailbox", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let day: string;
  const ids = new Map<string, string>();
  const mailbox = (): string => kalends.household.mailboxes.agency;
  const named = (subject: string) => ({ mailbox: mailbox(), event: ids.get(subject) ?? "" });
  const object = (subject: string): string =>
    Object.values(kalends.standing("agency"))
      .map(({ body }) => body.replaceAll(/\r\n[ \t]/g, ""))
      .find((body) => body.includes(`SUMMARY:${subject}\r\n`)) ?? "";

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      configuration: { window: { past: 30, future: 100 }, off: ["company", "family"] },
    });
    day = dayAfter(kalends.clock.now(), 2);
    for (const event of [
      meeting("With a file", day, { attachments: [agenda], categories: ["Blue category"] }),
      daily("Series", day, { attachments: [agenda] }, 10),
      meeting("Bare", day),
    ])
      ids.set(
        event.subject ?? "",
        kalends.household.graph.createEvent({ mailbox: mailbox(), event }).immutableId,
      );
    await kalends.sync();
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  /** What one more run asks and writes. */
  const traffic = async (): Promise<Traffic> => {
    forgetTraffic(kalends.household);
    await kalends.sync();
    return trafficOf(kalends.household);
  };

  it("show, with the event, and cost an idle run nothing", async () => {
    expect(object("With a file")).toContain("Agenda.docx");
    expect(object("Series")).toContain("Agenda.docx");
    expect(object("Bare")).not.toContain("Agenda.docx");
    expect(await traffic()).toMatchObject({ agency: 1, listings: 0, writes: 0 });
  });

  it("cost a changed event one request more, and no second write", async () => {
    const graph = kalends.household.graph;
    graph.updateEvent({ ...named("With a file"), changes: { attachments: [agenda, minutes] } });
    expect(await traffic()).toMatchObject({ agency: 2, writes: 1 });
    expect(object("With a file")).toContain("Minutes");
    graph.alterOccurrence({
      ...named("Series"),
      date: dayAfter(Date.parse(day), 3),
      changes: {
        start: at(dayAfter(Date.parse(day), 3), "15:00"),
        end: at(dayAfter(Date.parse(day), 3), "16:00"),
        attachments: [minutes],
      },
    });
    expect(await traffic()).toMatchObject({ agency: 4, writes: 1 });
    expect(object("Series")).toMatch(/RECURRENCE-ID(?:.|\r|\n)*Minutes/);
  });

  it("are neither read nor written again when everything is read anew", async () => {
    kalends.household.graph.forgetSyncStates();
    // Delta is refused once and begun again; the series is read whole.
    expect(await traffic()).toMatchObject({ agency: 3, writes: 0 });
  });

  it("that cannot be read for now keep nothing back, and come later", async () => {
    const { graph } = kalends.household;
    graph.addFault({ path: "/attachments", effect: { kind: "status", status: 503, retryAfter: "absent" } });
    const later = at(day, "20:00");
    graph.updateEvent({ ...named("Series"), changes: { start: later, end: later } });
    graph.updateEvent({
      ...named("With a file"),
      changes: { start: later, end: later, attachments: [minutes] },
    });
    const { pulls } = await kalends.sync();
    expect(pulls).toMatchObject([{ outcome: "incomplete", owed: 2 }]);
    for (const subject of ["Series", "With a file"])
      expect(object(subject)).toMatch(/DTSTART;[^:]*:\d{8}T200000/);
    expect(object("With a file")).toContain("Agenda.docx");
    graph.removeFaults();
    await kalends.sync();
    expect(object("With a file")).not.toContain("Agenda.docx");
    expect((await kalends.sync()).pulls).toMatchObject([{ outcome: "complete", owed: 0 }]);
  });

  it("without their permissions leave the events as they are, and complete", async () => {
    const { graph } = kalends.household;
    graph.setSwitches({ switches: { attachments: "denied", settings: "denied" } });
    kalends.clock.advance(25 * 3_600_000);
    graph.updateEvent({ ...named("With a file"), changes: { subject: "Renamed" } });
    const { pulls } = await kalends.sync();
    expect(pulls).toMatchObject([{ outcome: "complete", owed: 0 }]);
    expect(object("Renamed")).toContain("COLOR:royalblue");
    expect(object("Renamed")).not.toContain("Minutes");
  });

  it("of another colour are written when the colours are next asked for", async () => {
    const { graph } = kalends.household;
    graph.setSwitches({ switches: { settings: "granted" } });
    graph.setMasterCategories({
      mailbox: mailbox(),
      masterCategories: [{ displayName: "BLUE CATEGORY", color: "preset4" }],
    });
    kalends.clock.advance(25 * 3_600_000);
    expect(await traffic()).toMatchObject({ writes: 1 });
    expect(object("Renamed")).toContain("COLOR:limegreen");
  });
});
