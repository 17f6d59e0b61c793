import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { freshDatabase } from "../fresh-database.ts";
import type { FaultEffect as CaldavEffect } from "../../simulator/caldav/faults.ts";
import type { FaultEffect as GraphEffect } from "../../simulator/graph/faults.ts";
import type { Household } from "../../simulator/household.ts";
import { type Answer, install, type Installation, type TargetObject } from "./installation.ts";
import { appleObject, daily, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { differences } from "./truth.ts";

const icloudUser = "sean@icloud.com";
const signInPage = "https://sign-in.invalid/";

/** One thing that goes wrong, as either kind of server does it. */
type Fault = {
  readonly name: string;
  readonly graph: GraphEffect;
  readonly caldav: CaldavEffect;
  /** The server is not well, or asks for patience: nobody has to do anything. */
  readonly heals?: true;
  /** What the server asks to be given, in milliseconds. */
  readonly patienceMs?: number;
  /** Not tried everywhere. */
  readonly special?: true;
};

const faults: readonly Fault[] = [
  { name: "500", graph: answer(500), caldav: answer(500), heals: true },
  { name: "503", graph: answer(503), caldav: answer(503), heals: true, special: true },
  {
    name: "504 UnknownError",
    heals: true,
    special: true,
    graph: answer(504, { error: { code: "UnknownError", message: "" } }),
    caldav: answer(504),
  },
  {
    name: "429 with a Retry-After",
    heals: true,
    patienceMs: 90_500,
    graph: { kind: "status", status: 429, retryAfter: "fraction", retryAfterSeconds: 90.5 },
    caldav: { kind: "status", status: 429, retryAfter: "90" },
  },
  {
    name: "503 with a Retry-After of an hour",
    heals: true,
    patienceMs: 3_600_000,
    special: true,
    graph: { kind: "status", status: 503, retryAfter: "integer", retryAfterSeconds: 3600 },
    caldav: { kind: "status", status: 503, retryAfter: "3600" },
  },
  { name: "401", graph: answer(401), caldav: answer(401) },
  { name: "403", graph: answer(403), caldav: answer(403) },
  { name: "404 of a proxy", graph: answer(404), caldav: answer(404) },
  {
    name: "404 ErrorItemNotFound",
    special: true,
    graph: answer(404, { error: { code: "ErrorItemNotFound", message: "" } }),
    caldav: answer(404),
  },
  { name: "410", graph: answer(410), caldav: answer(410), special: true },
  { name: "400", graph: answer(400), caldav: answer(400), special: true },
  { name: "a sign-in page with 200", graph: { kind: "html" }, caldav: { kind: "html" } },
  {
    name: "a redirect to a sign-in page",
    special: true,
    graph: { kind: "redirect", location: signInPage },
    caldav: { kind: "redirect", status: 302, location: signInPage },
  },
  { name: "half an answer", graph: { kind: "truncate" }, caldav: { kind: "truncate", keep: 0.5 } },
  {
    name: "a reset in the middle of the body",
    heals: true,
    graph: { kind: "reset", at: "body" },
    caldav: { kind: "reset", when: "mid-body", applied: false },
  },
  {
    name: "a reset before any answer",
    heals: true,
    special: true,
    graph: { kind: "reset", at: "headers" },
    caldav: { kind: "reset", when: "before-headers", applied: false },
  },
  { name: "an empty list", graph: answer(200, { value: [] }), caldav: { kind: "empty-multistatus" } },
];

/** Where it goes wrong: at every request of this kind to the agency's Graph and to iCloud. */
type Place = {
  readonly name: string;
  readonly graph: (household: Household) => { readonly path: string; readonly server: "login" | "graph" };
  readonly caldav: { readonly method?: string; readonly report?: string; readonly path?: string };
  /** Inside one calendar. */
  readonly inCalendar?: true;
  /** Without the special faults. */
  readonly usualOnly?: true;
  /** What has to be done for the next run to come here. */
  readonly prepare?: (kalends: Installation) => void;
};

const places: readonly Place[] = [
  {
    name: "the listing of the calendars",
    usualOnly: true,
    graph: () => ({ server: "graph", path: "/sean(@|%40)agency[^/]*/calendars(\\?|$)" }),
    caldav: { method: "PROPFIND", path: "/calendars/$" },
    prepare: (kalends) => kalends.clock.advance(16 * 60_000),
  },
  {
    name: "the changes of a calendar",
    inCalendar: true,
    graph: () => ({ server: "graph", path: "/sean(@|%40)agency.*calendarView" }),
    caldav: { report: "sync-collection" },
  },
  {
    name: "a calendar that is read in full",
    inCalendar: true,
    usualOnly: true,
    graph: () => ({ server: "graph", path: "/sean(@|%40)agency.*calendarView" }),
    caldav: { method: "PROPFIND", path: "/(family|home)/$" },
    prepare: ({ household }) => {
      household.graph.forgetSyncStates({ mailbox: household.mailboxes.agency });
      household.icloud.control.setSwitches({ expiredToken: "403" });
      for (const calendar of ["home", "family"]) household.icloud.control.expireTokens(icloudUser, calendar);
    },
  },
  {
    name: "series and objects",
    inCalendar: true,
    graph: () => ({ server: "graph", path: "/sean(@|%40)agency.*/events/" }),
    caldav: { method: "(GET|REPORT)", report: "(^$|calendar-multiget)" },
  },
  {
    name: "the token",
    usualOnly: true,
    graph: ({ tenants }) => ({ server: "login", path: `${tenants.agency}/oauth2` }),
    caldav: { method: "PROPFIND" },
    prepare: ({ household, clock }) => {
      household.graph.revokeTokens({ tenant: "agency.example.us" });
      clock.advance(16 * 60_000);
    },
  },
];

function answer(status: number, body?: unknown): { kind: "status"; status: number; body?: string } {
  return { kind: "status", status, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

describe("a read that fails", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let row = 0;

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 12, company: 3, family: 12 },
      configuration: { window: { past: 30, future: 200 } },
      makeDatabase: freshDatabase,
    });
    const { graph, mailboxes } = kalends.household;
    const first = dayAfter(kalends.clock.now(), -20);
    // Two of these fill a page of 200 each: a round has three pages.
    for (const subject of ["Stand-up", "Lunch"])
      graph.createEvent({ mailbox: mailboxes.agency, event: daily(subject, first) });
    happen(kalends, row);
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterEach(() => stopFaults(kalends));

  afterAll(async () => {
    await kalends?.[Symbol.asyncDispose]();
  });

  describe.each(places)("at $name", (place) => {
    const tried = faults.filter(({ special }) => special !== true || place.usualOnly !== true);

    it.each(tried)("$name: deletes nothing, stops nobody else, says so, and heals", async (fault) => {
      row += 1;
      const { household } = kalends;
      const before = everything(kalends);
      place.prepare?.(kalends);
      household.graph.addFault({ ...place.graph(household), effect: fault.graph });
      household.icloud.control.addFault({ ...place.caldav, times: null, effect: fault.caldav });
      happen(kalends, row);

      const sync = await kalends.run("sync");

      expect(Object.values(household.graph.faultHits())).not.toEqual([0]);
      const after = everything(kalends);
      const lost = Object.keys(before).filter((name) => after[name] === undefined);
      const titles = lost.map((name) => titleIn(before[name]?.body ?? ""));
      expect(titles.filter((title) => !isOldNews(title, row))).toEqual([]);
      expect(Object.values(after).map(({ body }) => titleIn(body))).toContain(`Company news ${row}`);
      await expectExplained(kalends, sync, fault, place);

      stopFaults(kalends);
      kalends.clock.advance(fault.patienceMs ?? 0);
      const healed = await kalends.run("sync");
      if (healed.code !== 0) await kalends.run("sync");
      expect(differences(kalends)).toEqual([]);
      expect((await kalends.run("status")).code).toBe(0);
    });
  });
});

function stopFaults({ household }: Installation): void {
  household.graph.removeFaults();
  household.icloud.control.clearFaults();
}

function everything(kalends: Installation): Readonly<Record<string, TargetObject>> {
  return { ...kalends.standing("all"), ...kalends.standing("agency") };
}

function isOldNews(title: string, row: number): boolean {
  return Number(/^\w+ news (\d+)/.exec(title)?.[1] ?? row) < row;
}

/** Something new and something changed everywhere, and the older news gone. */
function happen({ household, clock }: Installation, row: number): void {
  const { graph, icloud, mailboxes } = household;
  const day = dayAfter(clock.now(), 5 + (row % 100));
  const who = { Agency: mailboxes.agency, Company: mailboxes.company };
  for (const [name, mailbox] of Object.entries(who)) {
    const events = graph.events({ mailbox });
    for (const { subject, immutableId } of events)
      if (subject.startsWith(`${name} news`)) graph.deleteEvent({ mailbox, event: immutableId });
    graph.createEvent({ mailbox, event: meeting(`${name} news ${row}`, day) });
    graph.createEvent({ mailbox, event: daily(`${name} news ${row}, daily`, day, {}, 3) });
    const standing = events.find(({ subject }) => /^(Lunch|Every morning)/.test(subject));
    if (standing === undefined)
      graph.createEvent({ mailbox, event: daily("Every morning", dayAfter(clock.now(), -5), {}, 30) });
    else
      graph.updateEvent({
        mailbox,
        event: standing.immutableId,
        changes: { subject: `Every morning, ${row}` },
      });
  }
  const put = (name: string, summary: string): void => {
    const times = { start: utcText(day, "1200"), end: utcText(day, "1300") };
    const body = appleObject({ uid: name.toUpperCase(), summary, ...times });
    icloud.control.putObject(icloudUser, "family", `${name}.ics`, body);
  };
  for (const name of Object.keys(icloud.control.objects(icloudUser, "family")))
    if (name.startsWith("news-")) icloud.control.deleteObject(icloudUser, "family", name);
  put(`news-${row}`, `Family news ${row}`);
  put("standing", `Family standing, ${row}`);
}

function titleIn(ics: string): string {
  return /^SUMMARY:(.*)$/m.exec(ics)?.[1]?.trim().replaceAll("\\", "") ?? "";
}

const syncAnswer = z.object({
  pulls: z.array(z.object({ source: z.string(), outcome: z.string(), errors: z.array(z.string()) })),
});

/** Who failed, where and with what, and what happens next; or all is well already. */
async function expectExplained(
  kalends: Installation,
  { code, text, result }: Answer,
  fault: Fault,
  place: Place,
): Promise<void> {
  const { pulls } = syncAnswer.parse(result);
  const failing = pulls.filter(({ outcome }) => outcome !== "complete");
  expect(failing.map(({ source }) => source)).not.toContain("company");
  if (failing.length === 0) {
    expect(code).toBe(0);
    expect(differences(kalends)).toEqual([]);
    return;
  }
  if (fault.heals === true) expect(code).toBe(3);
  expect(code === 3 || code === 1).toBe(true);
  expect(text).toContain(code === 3 ? "the next run goes on from here" : "See `kalends status`");
  const status = await kalends.run("status");
  expect(status.code).toBe(3);
  const where = { agency: /calendar "Calendar"/, family: /\/(family|home)\// };
  for (const { source, outcome, errors } of failing) {
    expect(text).toMatch(new RegExp(`^${source}/sean@.*: ${outcome}`, "m"));
    expect(errors.length).toBeGreaterThan(0);
    expect(status.text).toContain(errors[0]);
    if (place.inCalendar === true)
      for (const error of errors) expect(error).toMatch(source === "agency" ? where.agency : where.family);
  }
}
