import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { roughSwitches, type Switches } from "../../simulator/graph/switches.ts";
import { calmSwitches } from "../../simulator/graph/switches.ts";
import { install, type Installation } from "./installation.ts";
import { at, daily, dayAfter, meeting, wholeDays } from "./people-and-times.ts";
import { differences, shownIn } from "./truth.ts";

const day = 86_400_000;

type Oddity = {
  readonly name: string;
  readonly switches?: Partial<Switches>;
  /** Done after the changes and before the run. */
  readonly meanwhile?: (kalends: Installation) => void;
  /** Done before the second run. */
  readonly later?: (kalends: Installation) => void;
};

const refusal = { status: 400, code: "ErrorInvalidRequest", message: "Change tracking is not supported." };
const forget = ({ household }: Installation): void => household.graph.forgetSyncStates();

const oddities: readonly Oddity[] = [
  { name: "a calm service" },
  { name: "no series masters", switches: { mastersInDelta: false } },
  { name: "replays of earlier changes", switches: { replays: 5 } },
  { name: "outdated forms before the current ones", switches: { duplicates: true, replays: 2 } },
  { name: "an empty first page", switches: { emptyPages: "first" } },
  { name: "empty pages in between", switches: { emptyPages: "alternate", seriesOverflowPages: false } },
  { name: "everything at once", switches: roughSwitches },
  {
    name: "changes that show a minute late",
    switches: { processingDelayMs: 60_000 },
    later: ({ clock }) => clock.advance(61_000),
  },
  { name: "pages without end", switches: { endlessPages: "always" } },
  {
    name: "pages without end over a long series, read in full",
    switches: { endlessPages: "oversized-series" },
    meanwhile: forget,
  },
  { name: "delta refused", switches: { deltaRefusal: refusal }, meanwhile: forget },
  { name: "delta broken (504 UnknownError)", switches: { deltaUnavailable: true } },
  { name: "the way back from plain listings", later: ({ clock }) => clock.advance(25 * 3_600_000) },
  ...(["410", "410-location", "400", "404"] as const).map((expiredLink) => ({
    name: `a forgotten link, said by ${expiredLink}`,
    switches: { expiredLink },
    meanwhile: forget,
  })),
  { name: "links that live for one generation", switches: { linkGenerations: 1 } },
  { name: "a series without its exceptions", switches: { seriesExpansion: "ignored" } },
  { name: "exceptions refused", switches: { seriesExpansion: "refused" } },
  { name: "exceptions on pages of two", switches: { expandPageSize: 2 } },
  { name: "one iCalUId for a whole series", switches: { iCalUId: "per-series" } },
  { name: "moves that lose the event", switches: { immutableMoveLoss: true } },
];

describe("changes of a mailbox, told by a delta with", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let round = 0;
  /** The date on which the events of this round begin. */
  let first = "";

  const prepare = (): void => {
    first = dayAfter(kalends.clock.now(), 2);
    prepareRound(kalends, round, first);
  };

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 30, company: 0, family: 0 },
      configuration: { window: { past: 30, future: 200 }, off: ["company", "family"] },
      makeDatabase: freshDatabase,
    });
    prepare();
    // Two of these fill a page of 200: a round over everything has three pages.
    for (const subject of ["Long one", "Long two"])
      kalends.household.graph.createEvent({
        mailbox: kalends.household.mailboxes.agency,
        event: daily(subject, first),
      });
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterAll(async () => {
    await kalends?.[Symbol.asyncDispose]();
  });

  it.each([
    { page: "the first page", nth: 1, path: "calendarView/delta\\?startDateTime" },
    { page: "a page in the middle", nth: 2, path: "calendarView/delta\\?%24skiptoken|delta\\?\\$skiptoken" },
    { page: "the changes", nth: 1, path: "deltatoken" },
  ])("$page empty and called the last delete nothing", async ({ nth, path }) => {
    const { graph } = kalends.household;
    const [cloud] = graph.clouds.filter(({ name }) => name === "us-government");
    const link = `${cloud?.graph}/v1.0/users/x/calendars/y/calendarView/delta?$deltatoken=none`;
    const before = kalends.standing("agency");
    if (!path.startsWith("deltatoken")) graph.forgetSyncStates();
    const body = { value: [], "@odata.deltaLink": link };
    const { id } = graph.addFault({ path, nth, times: 1, effect: { kind: "status", status: 200, body } });
    await kalends.sync();
    expect(graph.faultHits()[String(id)]).toBe(1);
    expect(kalends.standing("agency")).toEqual(before);
    graph.removeFaults();
    const { code } = await kalends.run("sync");
    expect(code).toBe(0);
    expect(kalends.standing("agency")).toEqual(before);
    expect(differences(kalends)).toEqual([]);
  });

  it.each(oddities)("$name end in the truth", async ({ switches = {}, meanwhile, later }) => {
    const { graph } = kalends.household;
    graph.setSwitches({ switches: { ...calmSwitches, ...switches } });
    const kept = untouched(kalends);
    changeRound(kalends, round, first);
    round += 1;
    prepare();
    meanwhile?.(kalends);
    await kalends.sync();
    expect(untouched(kalends)).toEqual(kept);
    later?.(kalends);
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
    expect(untouched(kalends)).toEqual(kept);
    graph.setSwitches({ switches: calmSwitches });
  });
});

/** Objects that nobody changes, as they stand with their ETags. */
function untouched(kalends: Installation): unknown {
  return Object.fromEntries(
    Object.entries(kalends.standing("agency")).filter(([, { body }]) => !/^SUMMARY:R\d/m.test(body)),
  );
}

/** Events for the next round of changes. */
function prepareRound({ household }: Installation, round: number, first: string): void {
  const mailbox = household.mailboxes.agency;
  for (const event of [
    meeting(`R${round} renamed`, first),
    meeting(`R${round} deleted`, first),
    meeting(`R${round} moved`, first),
    daily(`R${round} series to lose a day`, first, {}, 20),
    daily(`R${round} series to change a day`, first, {}, 20),
    daily(`R${round} series to be deleted`, first, {}, 20),
    daily(`R${round} series to get another time`, first, {}, 40),
    wholeDays(`R${round} days to lose a day`, first, 9),
  ])
    household.graph.createEvent({ mailbox, event });
}

function changeRound({ household }: Installation, round: number, first: string): void {
  const { graph } = household;
  const mailbox = household.mailboxes.agency;
  const named = (subject: string): { mailbox: string; event: string } => {
    const found = graph.events({ mailbox }).find((event) => event.subject === `R${round} ${subject}`);
    if (found === undefined) throw new Error(`There is no event ${subject}.`);
    return { mailbox, event: found.immutableId };
  };
  for (const { subject, immutableId } of graph.events({ mailbox }))
    if (new RegExp(`^R${round - 1} series to (get|change)`).test(subject))
      graph.deleteEvent({ mailbox, event: immutableId });
  const on = (days: number): string => dayAfter(Date.parse(first), days - 2);
  graph.updateEvent({ ...named("renamed"), changes: { subject: `R${round} has a new name` } });
  graph.deleteEvent(named("deleted"));
  graph.updateEvent({ ...named("moved"), changes: { start: at(on(9), "15:00"), end: at(on(9), "16:30") } });
  graph.cancelOccurrence({ ...named("series to lose a day"), date: on(4) });
  for (const days of [5, 6, 7, 8])
    graph.alterOccurrence({
      ...named("series to change a day"),
      date: on(days),
      changes: {
        subject: `R${round} another talk`,
        start: at(on(days), "16:00"),
        end: at(on(days), "16:45"),
      },
    });
  graph.deleteEvent(named("series to be deleted"));
  graph.updateEvent({
    ...named("series to get another time"),
    changes: { start: at(on(2), "08:00"), end: at(on(2), "08:20") },
  });
  graph.cancelOccurrence({ ...named("days to lose a day"), date: on(5) });
}

describe("the edges of the window", { timeout: 120_000 }, () => {
  let kalends: Installation;
  const mailbox = (): string => kalends.household.mailboxes.agency;

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 5, company: 0, family: 0 },
      configuration: { window: { past: 10, future: 60 }, off: ["company", "family"] },
      makeDatabase: freshDatabase,
    });
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const add = (subject: string, days: number, hours = 1): string => {
    const from = dayAfter(kalends.clock.now(), days);
    const until = new Date(Date.parse(`${from}T10:00Z`) + hours * 3_600_000).toISOString();
    const end = { dateTime: until.slice(0, 19), timeZone: "UTC" };
    const event = meeting(subject, from, { start: at(from, "10:00", "UTC"), end });
    return kalends.household.graph.createEvent({ mailbox: mailbox(), event }).immutableId;
  };
  const titles = (): string[] =>
    Object.values(kalends.standing("agency")).flatMap(
      ({ body }) => /^SUMMARY:(Edge.*)$/m.exec(body)?.[1]?.trim() ?? [],
    );

  it("take in what reaches into the window, and leave out what does not", async () => {
    add("Edge: over before", -12);
    add("Edge: reaches in", -11, 40);
    add("Edge: on the last day", 60);
    add("Edge: long after", 120);
    await kalends.sync();
    expect(titles().toSorted()).toEqual(["Edge: on the last day", "Edge: reaches in"]);
    expect(differences(kalends)).toEqual([]);
  });

  it("do not make deletions of what is added, changed or deleted outside: Graph calls all of it removed", async () => {
    const before = kalends.standing("agency");
    const { graph } = kalends.household;
    const early = add("Edge: added before", -100);
    const late = add("Edge: added after", 200);
    await kalends.sync();
    graph.updateEvent({ mailbox: mailbox(), event: early, changes: { subject: "Edge: changed before" } });
    graph.updateEvent({ mailbox: mailbox(), event: late, changes: { subject: "Edge: changed after" } });
    await kalends.sync();
    graph.deleteEvent({ mailbox: mailbox(), event: early });
    const { code } = await kalends.run("sync");
    expect(code).toBe(0);
    expect(kalends.standing("agency")).toEqual(before);
  });

  it("move an event that was moved out of the window, instead of deleting it", async () => {
    const event = add("Edge: goes far away", 5);
    await kalends.sync();
    const [name] =
      Object.entries(kalends.standing("agency")).find(([, { body }]) => body.includes("far away")) ?? [];
    for (const days of [300, -200, 5]) {
      const date = dayAfter(kalends.clock.now(), days);
      const times = { start: at(date, "10:00", "UTC"), end: at(date, "11:00", "UTC") };
      kalends.household.graph.updateEvent({ mailbox: mailbox(), event, changes: times });
      await kalends.sync();
      const { body } = kalends.standing("agency")[name ?? ""] ?? { body: "gone" };
      expect(body).toContain(`${date.replaceAll("-", "")}T1000`);
    }
  });

  it("keep what has grown older than the window, even when everything is read anew", async () => {
    const before = kalends.standing("agency");
    for (const days of [3, 5, 7, 20]) {
      kalends.clock.advance(days * day);
      if (days % 2 === 1) kalends.household.graph.forgetSyncStates();
      const { code } = await kalends.run("sync");
      expect(code).toBe(0);
      for (const [name, object] of Object.entries(before))
        expect(kalends.standing("agency")[name]).toEqual(object);
      expect(differences(kalends)).toEqual([]);
    }
    expect(titles()).toContain("Edge: reaches in");
  });

  it("delete what is deleted at the source, in and before the window", async () => {
    const { graph } = kalends.household;
    const shown = shownIn(kalends, "agency").length;
    const news = add("Edge: soon gone", 3);
    await kalends.sync();
    expect(shownIn(kalends, "agency")).toHaveLength(shown + 1);
    graph.deleteEvent({ mailbox: mailbox(), event: news });
    const old = graph.events({ mailbox: mailbox() }).find(({ subject }) => subject === "Edge: reaches in");
    graph.deleteEvent({ mailbox: mailbox(), event: old?.immutableId ?? "" });
    await kalends.sync();
    expect(titles()).not.toContain("Edge: soon gone");
    expect(titles()).not.toContain("Edge: reaches in");
    expect(differences(kalends)).toEqual([]);
  });
});
