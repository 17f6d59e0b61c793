import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { createProxyIdentities } from "../../../simulator/fault-proxy/identities.ts";
import { type FaultProxy, startFaultProxy } from "../../../simulator/fault-proxy/fault-proxy.ts";
import type { Household } from "../../../simulator/household.ts";
import { install, type Installation } from "../../integration/installation.ts";
import { differences } from "../../integration/truth.ts";
import { appleObject, daily, dayAfter, meeting, utcText } from "../../integration/people-and-times.ts";

/** Simulators, a fault proxy before each of them, and Kalends in this process in front. */
export interface World extends AsyncDisposable {
  readonly kalends: Installation;
  readonly proxy: FaultProxy;
  /** How many times something has happened in the sources. */
  row: number;
  /** Name of the target "all", which the sink's cells are about; a new one is set with the next configuration. */
  targetName: string;
  /** The partition that the iCloud account lives on, 0 or 1. */
  partition: number;
}

/** Calendars that count, by source. */
export const calendars = {
  agency: ["Calendar", "Projects"],
  family: ["home", "family", "shared"],
} as const;

export const icloudUser = "sean@icloud.com";

/** Long enough for a server on a busy machine, short enough for a test. */
const limits = {
  connectTimeoutMs: 2_000,
  headersTimeoutMs: 700,
  idleTimeoutMs: 700,
  totalTimeoutMs: 5_000,
  maxBytes: 6 * 1024 * 1024,
};

/** Starts everything and imports what the sources begin with. */
export async function startWorld(makeDatabase: () => Promise<string>): Promise<World> {
  let proxy: FaultProxy | undefined;
  const look = { name: "All Events" };
  const kalends = await install({
    size: { agency: 2, company: 2, family: 2 },
    configuration: { window: { past: 30, future: 120 } },
    makeDatabase,
    limits,
    between: async (household, folder) => {
      const started = await startProxy(household, folder);
      proxy = started;
      return {
        inFront: (text) =>
          started.inFront(text).replace("name: All Events,", `name: ${JSON.stringify(look.name)},`),
        [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
      };
    },
  });
  if (proxy === undefined) throw new Error("The proxy was not started.");
  const world: World = {
    kalends,
    proxy,
    row: 0,
    partition: 0,
    get targetName() {
      return look.name;
    },
    set targetName(name) {
      look.name = name;
    },
    [Symbol.asyncDispose]: () => kalends[Symbol.asyncDispose](),
  };
  const { graph, mailboxes } = kalends.household;
  graph.addCalendar({ mailbox: mailboxes.agency, name: "Projects" });
  // Its objects are read one by one.
  const shared = { uri: "shared", name: "Shared", unreadableByMultiget: true };
  kalends.household.icloud.control.addCalendar(icloudUser, shared);
  const first = dayAfter(kalends.clock.now(), -20);
  // Two of these fill a page of 200: a round over all of them has more than one page.
  for (const subject of bigSeries)
    graph.createEvent({ mailbox: mailboxes.agency, event: daily(subject, first) });
  happen(world);
  const { text } = await kalends.run("sync");
  const wrong = differences(kalends, calendars);
  if (wrong.length > 0) {
    await kalends[Symbol.asyncDispose]();
    throw new Error(`The first import is not right:\n${text}\n${wrong.slice(0, 5).join("\n")}`);
  }
  return world;
}

async function startProxy({ graph, icloud, baikal }: Household, folder: string): Promise<FaultProxy> {
  const identities = await createProxyIdentities(["localhost", "127.0.0.1"]);
  await appendFile(join(folder, "ca.pem"), identities.ca);
  const upstreams = Object.fromEntries([
    ...graph.clouds.flatMap(({ name, login, graph: origin }) => [
      [`${name} login`, login],
      [`${name} graph`, origin],
    ]),
    ["icloud", icloud.url],
    ...icloud.partitionOrigins.map((origin, index) => [`icloud ${index}`, origin]),
    ["baikal", baikal.url],
  ]);
  return startFaultProxy({ upstreams, identities, upstreamCa: graph.ca });
}

/** Series that fill more than a page when both of them change. */
export const bigSeries = ["Stand-up", "Lunch", "Review"] as const;

const agenda = { name: "Agenda.docx", size: 3 * 1024 };

/** In each source an event is created, one edited, one removed, one moved, and a series gets an exception. */
export function happen(world: World): void {
  world.row += 1;
  happenInMailbox(world, "Agency");
  happenInMailbox(world, "Company");
  happenInIcloud(world);
}

function happenInMailbox({ kalends, row }: World, who: "Agency" | "Company"): void {
  const { graph, mailboxes } = kalends.household;
  const mailbox = who === "Agency" ? mailboxes.agency : mailboxes.company;
  const day = dayAfter(kalends.clock.now(), 3 + (row % 40));
  const places = who === "Agency" ? calendars.agency : (["Calendar"] as const);
  const events = places.flatMap((calendar) =>
    graph.events({ mailbox, calendar }).map((event) => ({ ...event, calendar })),
  );
  for (const { subject, immutableId } of events)
    if (subject.startsWith(`${who} news`) || subject === `${who} series ${row - 2}`)
      graph.deleteEvent({ mailbox, event: immutableId });
  graph.createEvent({
    mailbox,
    event: meeting(`${who} news ${row}`, day, who === "Agency" ? { attachments: [agenda] } : {}),
  });
  if (who === "Agency") graph.createEvent({ mailbox, event: daily(`${who} series ${row}`, day, {}, 6) });
  const series = events.find(({ subject }) => subject === `${who} series ${row - 1}`);
  if (series !== undefined)
    graph.alterOccurrence({
      mailbox,
      event: series.immutableId,
      date: dayAfter(seriesStart.get(`${who} ${row - 1}`) ?? 0, 2),
      changes: { subject: `${who} exception ${row}` },
    });
  seriesStart.set(`${who} ${row}`, Date.parse(day));
  const standing = events.find(({ subject }) => subject.startsWith(`${who} standing`));
  if (standing === undefined) graph.createEvent({ mailbox, event: meeting(`${who} standing`, day) });
  else
    graph.updateEvent({
      mailbox,
      event: standing.immutableId,
      changes: meeting(`${who} standing ${row}`, day),
    });
  const mover = events.find(({ subject }) => subject === `${who} mover`);
  const soon = meeting(`${who} mover`, dayAfter(kalends.clock.now(), 20));
  if (mover === undefined) graph.createEvent({ mailbox, event: soon });
  else {
    graph.updateEvent({ mailbox, event: mover.immutableId, changes: soon });
    if (who === "Agency")
      graph.moveEvent({
        mailbox,
        event: mover.immutableId,
        to: mover.calendar === "Projects" ? "Calendar" : "Projects",
      });
  }
}

/** First day of the series of each row. */
const seriesStart = new Map<string, number>();

function happenInIcloud({ kalends, row }: World): void {
  const { icloud } = kalends.household;
  const { control } = icloud;
  const day = dayAfter(kalends.clock.now(), 3 + (row % 40));
  const times = { start: utcText(day, "1200"), end: utcText(day, "1300") };
  const put = (calendar: string, name: string, summary: string, lines: readonly string[] = []): void => {
    control.putObject(
      icloudUser,
      calendar,
      `${name}.ics`,
      appleObject({ uid: name.toUpperCase(), summary, lines, ...times }),
    );
  };
  for (const name of Object.keys(control.objects(icloudUser, "family")))
    if (name.startsWith("news-")) control.deleteObject(icloudUser, "family", name);
  put("family", `news-${row}`, `Family news ${row}`);
  put("family", "standing", `Family standing ${row}`);
  put("shared", "common", `Family common ${row}`);
  const second = dayAfter(Date.parse(day), 1);
  put("family", "series", `Family series`, [
    "RRULE:FREQ=DAILY;COUNT=5",
    "END:VEVENT",
    "BEGIN:VEVENT",
    "UID:SERIES",
    "DTSTAMP:20260101T000000Z",
    `RECURRENCE-ID:${utcText(second, "1200")}`,
    `DTSTART:${utcText(second, "1500")}`,
    `DTEND:${utcText(second, "1600")}`,
    `SUMMARY:Family exception ${row}`,
  ]);
  const [from, to] = row % 2 === 0 ? ["home", "family"] : ["family", "home"];
  control.deleteObject(icloudUser, from ?? "", "mover.ics");
  put(to ?? "", "mover", "Family mover");
}
