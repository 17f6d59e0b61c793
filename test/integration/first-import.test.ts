import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { install, type Installation } from "./installation.ts";
import {
  appleObject,
  at,
  daily,
  dayAfter,
  meeting,
  ownAddresses,
  utcText,
  withOwnUsers,
} from "./people-and-times.ts";
import { forgetTraffic, mailOf, type Traffic, trafficOf } from "./traffic.ts";
import { differences, occurrencesWanted } from "./truth.ts";

const size = { agency: 800, company: 800, family: 400 };
const icloudUser = "sean@icloud.com";
const patience = 240_000;

describe("2,000 events of two tenants and iCloud", { timeout: patience }, () => {
  let kalends: Installation;

  beforeAll(async () => {
    kalends = await install({ size, configuration: { window: { past: 30, future: 200 } } });
    addMeetingsOfOwnUsers(kalends);
    addClockChanges(kalends);
  }, patience);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  it("land in the targets, every occurrence in the window as its source has it", async () => {
    const { pulls, targets } = await kalends.sync();
    expect(pulls.map(({ outcome, errors }) => [outcome, errors])).toEqual(pulls.map(() => ["complete", []]));
    expect(targets.map(({ target, outcome }) => [target, outcome])).toEqual([
      ["all", "complete"],
      ["agency", "complete"],
    ]);
    expect(occurrencesWanted(kalends)).toBeGreaterThan(10_000);
    expect(differences(kalends)).toEqual([]);
    for (const { target, counts } of targets)
      expect(Object.keys(kalends.standing(target))).toHaveLength(counts.created);
    const { text } = await kalends.run("status");
    expect(text).toMatch(/agency\/sean@agency\.example\.us: complete as of/);
  });

  it("cost nothing when nothing changed: one request to each calendar, none to the sink", async () => {
    const before = kalends.standing("all");
    const { traffic, text } = await counted(async () => (await kalends.run("sync")).text);
    expect(traffic).toEqual({ agency: 1, company: 1, icloud: 2, sink: 0, writes: 0, listings: 0 });
    expect(text).toMatch(/→ all: idle\n→ agency: idle/);
    expect(kalends.standing("all")).toEqual(before);
    const { text: plan } = await kalends.run("plan", [], { offline: true });
    expect(plan).toBe("all: nothing to do\nagency: nothing to do");
  });

  it("cost a handful of requests when one single event changed", async () => {
    const event = seeded(kalends, "agency", false);
    const { traffic } = await counted(async () => {
      change(kalends, "agency", event);
      await kalends.sync();
    });
    expectSmall(traffic, "agency");
    expect(differences(kalends)).toEqual([]);
  });

  it("cost a handful of requests when one series changed", async () => {
    const event = seeded(kalends, "company", true);
    const { traffic } = await counted(async () => {
      change(kalends, "company", event);
      await kalends.sync();
    });
    expectSmall(traffic, "company");
    expect(differences(kalends)).toEqual([]);
  });

  it("cost a handful of requests when one object in iCloud changed", async () => {
    const { control } = kalends.household.icloud;
    const [name, object] = Object.entries(control.objects(icloudUser, "family")).find(([, { body }]) =>
      body.includes("SUMMARY:Dentist"),
    ) ?? [""];
    const changed = (object?.body ?? "").replaceAll("SUMMARY:Dentist", "SUMMARY:Orthodontist");
    const { traffic } = await counted(async () => {
      control.putObject(icloudUser, "family", name, changed);
      await kalends.sync();
    });
    expectSmall(traffic, "icloud");
    expect(differences(kalends)).toEqual([]);
  });

  it("mail nobody, on whichever side, though the sink's users organise and attend some of them", () => {
    expect(kalends.household.baikal.control.setSwitches({})).toMatchObject({
      scheduling: true,
      mailing: true,
    });
    const bodies = ["all", "agency"].flatMap((target) =>
      Object.values(kalends.standing(target)).map(({ body }) => body),
    );
    expect(bodies.filter((body) => body.includes("Board of ")).length).toBeGreaterThan(3);
    expect(bodies.filter((body) => /^(ATTENDEE|ORGANIZER)\b/m.test(body))).toEqual([]);
    expect(mail).toEqual([]);
    expect(mailOf(kalends.household)).toEqual([]);
  });

  const mail: unknown[] = [];

  async function counted(run: () => Promise<string | void>): Promise<{ traffic: Traffic; text: string }> {
    mail.push(...mailOf(kalends.household));
    forgetTraffic(kalends.household);
    const text = (await run()) ?? "";
    return { traffic: trafficOf(kalends.household), text };
  }
});

/** At most four requests more than an idle run to its own source, and two to the sink. */
function expectSmall(traffic: Traffic, source: "agency" | "company" | "icloud"): void {
  const idle = { agency: 1, company: 1, icloud: 2, listings: 0 };
  const allowed = idle[source] + 4;
  expect(traffic).toMatchObject({ ...idle, [source]: expect.any(Number), writes: 1 });
  expect(traffic[source]).toBeGreaterThan(0);
  expect(traffic[source]).toBeLessThanOrEqual(allowed);
  expect(traffic.sink).toBeLessThanOrEqual(2);
}

/** Id of a generated event in the middle of the window. */
function seeded(kalends: Installation, name: "agency" | "company", isSeries: boolean): string {
  const { graph, mailboxes } = kalends.household;
  const now = kalends.clock.now();
  const found = graph
    .occurrences({ mailbox: mailboxes[name], from: dayAfter(now, 20), until: dayAfter(now, 60) })
    .find((occurrence) => (occurrence.seriesMasterId !== null) === isSeries && !occurrence.isCancelled);
  if (found === undefined) throw new Error("The generated events have changed.");
  return found.seriesMasterId ?? found.id;
}

function change({ household }: Installation, name: "agency" | "company", event: string): void {
  household.graph.updateEvent({
    mailbox: household.mailboxes[name],
    event,
    changes: { subject: `Renamed in ${name}` },
  });
}

function addMeetingsOfOwnUsers({ household, clock }: Installation): void {
  const { graph, icloud, mailboxes } = household;
  for (const [index, address] of [...ownAddresses, "lee@fabrikam.example"].entries()) {
    const people = withOwnUsers(address);
    const day = dayAfter(clock.now(), 3 + index);
    graph.createEvent({ mailbox: mailboxes.company, event: meeting(`Board of ${address}`, day, people) });
    graph.createEvent({
      mailbox: mailboxes.agency,
      event: daily(`Board of ${address}, daily`, day, people, 5),
    });
    const attendees = ownAddresses.map((each) => `ATTENDEE;PARTSTAT=ACCEPTED;CN=${each}:mailto:${each}`);
    const body = appleObject({
      uid: `BOARD-${index}`,
      summary: `Board of ${address} at home`,
      start: utcText(day, "1800"),
      end: utcText(day, "1900"),
      lines: [`ORGANIZER;CN=${address}:mailto:${address}`, ...attendees],
    });
    icloud.control.putObject(icloudUser, "family", `board-${index}.ics`, body);
  }
}

/** Series in the hours that clocks skip and repeat, with exceptions on the very days. */
function addClockChanges({ household, clock }: Installation): void {
  const { graph, mailboxes } = household;
  const zones = [
    "Eastern Standard Time",
    "W. Europe Standard Time",
    "AUS Eastern Standard Time",
    "GMT Standard Time",
  ];
  const first = dayAfter(clock.now(), -40);
  for (const zone of zones) {
    for (const time of ["00:30", "01:30", "02:30", "03:00"]) {
      const later = time.replace(/^0(\d)/, (_, hour: string) => `0${Number(hour) + 1}`);
      const times = { start: at(first, time, zone), end: at(first, later, zone) };
      const subject = `Night watch at ${time}, ${zone}`;
      const event = graph.createEvent({ mailbox: mailboxes.agency, event: daily(subject, first, times) });
      const name = { mailbox: mailboxes.agency, event: event.immutableId };
      graph.cancelOccurrence({ ...name, date: "2027-03-13" });
      graph.cancelOccurrence({ ...name, date: "2027-03-28" });
      graph.alterOccurrence({ ...name, date: "2027-03-14", changes: { subject: `${subject}, changed` } });
    }
  }
}
