import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import type { Translation } from "../../src/calendar/candidate.ts";
import { exitCode } from "../../src/cli/exit-code.ts";
import { type Change, commented, syncWith } from "./another-translator.ts";
import { install, type Installation } from "./installation.ts";
import { appleObject, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { watchRequests } from "./request-watch.ts";
import { forgetTraffic, trafficOf } from "./traffic.ts";
import { differences } from "./truth.ts";

const icloudUser = "sean@icloud.com";

/** A new version of the translators finds everything staged as their predecessor left it. */
describe("a new version of the translation", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let version = 1000;

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      size: { agency: 24, company: 0, family: 20 },
      configuration: { off: ["company"], targets: { agency: "all" }, window: { past: 30, future: 100 } },
    });
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterEach(() => kalends.household.baikal.control.clearFaults());
  afterAll(() => kalends?.[Symbol.asyncDispose]());

  /** One pass by a version of its own. */
  const run = (change: Change, signal?: AbortSignal) => {
    version += 1;
    return syncWith(kalends, version, change, signal);
  };
  const standing = () => kalends.standing("all");
  const count = () => Object.keys(standing()).length;
  const bodies = () => Object.values(standing()).map(({ body }) => body);
  const targetOf = async (result: ReturnType<typeof run>) =>
    (await result).targets.find(({ target }) => target === "all");
  const writes = () =>
    kalends.household.baikal.control.requests().filter(({ method }) => /PUT|DELETE/.test(method));
  /** Another comment for each test, so that each changes what it means to. */
  const comment = (translation: Translation): Translation => commented(translation, `version ${version}`);
  const ofSeries: Change = (translation) =>
    translation.kind === "translated" && translation.events.some(({ object }) => isSeries(object.ics))
      ? comment(translation)
      : translation;
  const unableToReadTwo: Change = (translation, native) => {
    if (native.includes("Makes it throw")) throw new Error("Not of this\nworld.");
    return native.includes("Cannot be read")
      ? { kind: "quarantined", reason: "It has an ending without a beginning." }
      : comment(translation);
  };

  it("asks no source for more than an idle run does, and the sink for nothing while nothing differs", async () => {
    forgetTraffic(kalends.household);
    await kalends.sync();
    const idle = trafficOf(kalends.household);
    forgetTraffic(kalends.household);
    const target = await targetOf(run((translation) => translation));
    expect(target).toMatchObject({ translated: count(), counts: { updated: 0, created: 0, removed: 0 } });
    expect(trafficOf(kalends.household)).toEqual(idle);
    expect(idle).toMatchObject({ sink: 0, writes: 0 });
  });

  it("writes exactly the objects that it makes another thing of, each if it still is what was written", async () => {
    const before = standing();
    const series = bodies().filter(isSeries).length;
    expect(series).toBeGreaterThan(3);
    expect(series).toBeLessThan(count());
    forgetTraffic(kalends.household);
    const target = await targetOf(run(ofSeries));
    const changed = Object.entries(standing()).filter(([name, { etag }]) => before[name]?.etag !== etag);
    expect(changed.length).toBeGreaterThan(3);
    expect(changed.every(([, { body }]) => body.includes(`COMMENT:version ${version}`))).toBe(true);
    expect(target?.counts).toMatchObject({ updated: changed.length, created: 0, removed: 0, refused: 0 });
    expect(writes().map(({ method, headers }) => [method, typeof headers["if-match"]])).toEqual(
      changed.map(() => ["PUT", "string"]),
    );
    expect(Object.keys(standing())).toEqual(Object.keys(before));
    expect(differences(kalends)).toEqual([]);
    forgetTraffic(kalends.household);
    await syncWith(kalends, version, ofSeries);
    expect(trafficOf(kalends.household).writes).toBe(0);
  });

  it("is not held for changing every object", async () => {
    const target = await targetOf(run(comment));
    expect(target).toMatchObject({ outcome: "complete", holds: [] });
    expect(target?.counts.updated).toBe(count());
    expect(bodies().filter((body) => !body.includes(`COMMENT:version ${version}`))).toEqual([]);
  });

  it("is held for leaving out more than is usual, and what it left out stays", async () => {
    const before = standing();
    const target = await targetOf(run(withoutAgency));
    expect(target?.outcome).toBe("held");
    expect(target?.holds.map(({ sourceId }) => sourceId)).toEqual(["agency"]);
    expect(Object.keys(standing())).toEqual(Object.keys(before));
    expect((await kalends.run("status")).code).toBe(exitCode.held);
    // The version before it is put back: nothing is wanted any more that would have to wait.
    await kalends.sync();
    expect((await kalends.run("hold")).text).toBe("Nothing is held.");
    expect(differences(kalends)).toEqual([]);
  });

  it("keeps the last readable form of what it cannot read, and changes the rest", async () => {
    const { graph, mailboxes } = kalends.household;
    const date = dayAfter(kalends.clock.now(), 3);
    const events = ["Cannot be read", "Makes it throw"].map((subject) =>
      graph.createEvent({ mailbox: mailboxes.agency, event: meeting(subject, date) }),
    );
    await kalends.sync();
    const target = await targetOf(run(unableToReadTwo));
    expect(target).toMatchObject({ outcome: "complete", holds: [] });
    expect(target?.counts).toMatchObject({ updated: count() - 2, removed: 0 });
    const kept = bodies().filter((body) => !body.includes(`COMMENT:version ${version}`));
    expect(new Set(kept.map((body) => /SUMMARY:(.*)\r/.exec(body)?.[1]))).toEqual(
      new Set(["Cannot be read", "Makes it throw"]),
    );
    const { text, result } = await kalends.run("status");
    expect(text).toContain(`left out: agency, Calendar, "Cannot be read" of ${date} (`);
    expect(text).toContain("): It has an ending without a beginning.");
    expect(text).toContain("): It could not be translated: Not of this world.");
    expect(result).toMatchObject({
      leftOut: expect.arrayContaining([
        {
          source: "agency",
          where: "Calendar",
          event: events[0]?.immutableId,
          title: "Cannot be read",
          date,
          reason: "It has an ending without a beginning.",
        },
      ]),
    });
    for (const { immutableId } of events)
      graph.deleteEvent({ mailbox: mailboxes.agency, event: immutableId });
    await kalends.sync();
    expect((await kalends.run("status")).text).not.toContain("left out");
    expect(differences(kalends)).toEqual([]);
  });

  it.each([
    { how: "by a server that goes down", stop: "fault" },
    { how: "by whoever stops it", stop: "abort" },
  ])("interrupted in the middle, $how, goes on where it was and writes nothing twice", async ({ stop }) => {
    forgetTraffic(kalends.household);
    const { control } = kalends.household.baikal;
    const controller = new AbortController();
    let puts = 0;
    if (stop === "fault")
      control.addFault({ method: "PUT", nth: 8, times: null, effect: { kind: "status", status: 503 } });
    {
      using _ = watchRequests(kalends.household, "answered", ({ method }) => {
        puts += method === "PUT" ? 1 : 0;
        if (stop === "abort" && puts === 7) controller.abort();
      });
      const target = await targetOf(run(comment, controller.signal)).catch(() => null);
      expect(target?.outcome).not.toBe("complete");
    }
    const done = bodies().filter((body) => body.includes(`COMMENT:version ${version}`)).length;
    expect(done).toBeGreaterThan(5);
    expect(done).toBeLessThan(10);
    control.clearFaults();
    kalends.clock.advance(3_600_000);
    const target = await targetOf(syncWith(kalends, version, comment));
    expect(target).toMatchObject({ outcome: "complete", holds: [] });
    expect(bodies().filter((body) => !body.includes(`COMMENT:version ${version}`))).toEqual([]);
    expect(trafficOf(kalends.household).writes).toBe(count());
  });

  it("that changes nothing leaves the guard on", async () => {
    await run((translation) => translation);
    await kalends.sync();
    const { graph, mailboxes } = kalends.household;
    const mailbox = mailboxes.agency;
    for (const { immutableId } of graph.events({ mailbox }))
      graph.updateEvent({ mailbox, event: immutableId, changes: { subject: "All the same" } });
    expect((await kalends.run("sync")).text).toContain("→ all: held");
    await kalends.run("hold", ["approve", "all", "agency"]);
    await kalends.run("sync");
    expect(differences(kalends)).toEqual([]);
  });

  it("leaves an event that no version can read out alone, and names it", async () => {
    const { control } = kalends.household.icloud;
    const day = dayAfter(kalends.clock.now(), 1);
    const times = { start: utcText(day, "0900"), end: utcText(day, "1000") };
    const good = appleObject({ uid: "good", summary: "Good", ...times });
    const bad = appleObject({ uid: "bad", summary: "Dentist\\, with a bad end", ...times });
    control.putObject(icloudUser, "family", "bad.ics", bad.replace("DTSTART:", "DTSTART:T"));
    control.putObject(icloudUser, "family", "good.ics", good);
    expect((await kalends.run("sync")).code).toBe(0);
    expect(Object.values(kalends.standing("all")).map(({ body }) => body)).toContainEqual(
      expect.stringContaining("SUMMARY:Good"),
    );
    const { text, code } = await kalends.run("status");
    expect(text).toMatch(/family\/sean@icloud\.com: .*1 quarantined/);
    expect(text).toMatch(
      new RegExp(
        `left out: family, Family, "Dentist, with a bad end" \\(.*bad\\.ics\\): It has no readable start`,
      ),
    );
    expect(code).toBe(0);
    control.putObject(icloudUser, "family", "bad.ics", bad);
    await kalends.run("sync");
    expect((await kalends.run("status")).text).not.toContain("left out");
    expect(
      Object.values(kalends.standing("all")).filter(({ body }) => body.includes("with a bad end")),
    ).toHaveLength(1);
  });
});

const withoutAgency: Change = (translation, native) =>
  native.includes("agency.example") ? { kind: "skipped", reason: "Not wanted any more." } : translation;

const isSeries = (body: string): boolean => /^RRULE/m.test(vevents(body));

/** The VEVENTs of an object: its VTIMEZONEs have rules too. */
const vevents = (ics: string): string => ics.slice(ics.indexOf("BEGIN:VEVENT"));
