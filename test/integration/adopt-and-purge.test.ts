import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { owner } from "../../simulator/household.ts";
import { UsageError } from "../../src/cli/command.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { appleObject, at, daily, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { forgetTraffic, mailOf, trafficOf } from "./traffic.ts";
import { differences, shownIn } from "./truth.ts";

const icloudUser = "sean@icloud.com";

describe("a target that another program has filled", { timeout: 120_000 }, () => {
  let kalends: Installation;

  beforeAll(async () => {
    kalends = await install({ makeDatabase: freshDatabase, configuration: { off: ["agency"] } });
    const { graph, icloud, baikal, mailboxes } = kalends.household;
    const day = dayAfter(kalends.clock.now(), 3);
    baikal.control.addCalendar(owner, { uri: calendarOf("all"), name: "Everything" });
    const foreign = (name: string, uid: string, summary: string, time: string): void => {
      const times = { start: utcText(day, time), end: utcText(day, `${time.slice(0, 2)}30`) };
      baikal.control.putObject(owner, calendarOf("all"), name, appleObject({ uid, summary, ...times }));
    };
    const utc = (time: string) => at(day, time, "UTC");
    const office = graph.createEvent({
      mailbox: mailboxes.company,
      event: meeting("Same UID", day, { start: utc("09:00"), end: utc("09:30") }),
    });
    graph.createEvent({
      mailbox: mailboxes.company,
      event: meeting("Same look", day, { start: utc("11:00"), end: utc("11:30") }),
    });
    for (const [uid, summary, time] of [
      ["HOME-1", "At home", "1300"],
      ["HOME-2", "At home too", "1500"],
    ] as const) {
      const times = { start: utcText(day, time), end: utcText(day, `${time.slice(0, 2)}30`) };
      icloud.control.putObject(icloudUser, "family", `${uid}.ics`, appleObject({ uid, summary, ...times }));
    }
    foreign("webhook-1.ics", office.iCalUId, "An older title", "0900");
    foreign("webhook-2.ics", "made-up-by-a-flow@2", "Same look", "1100");
    foreign("webhook-3.ics", "HOME-1", "At home", "1300");
    foreign("private.ics", "somebody-else@1", "Nobody knows this one", "2000");
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const before: Record<string, { body: string }> = {};

  it("is held, with what to do, and nothing in it is touched", async () => {
    Object.assign(before, kalends.standing("all"));
    const { code, text } = await kalends.run("sync");
    expect(code).toBe(4);
    expect(text).toContain("holds 4 objects that this installation did not write");
    expect(kalends.standing("all")).toEqual(before);
    expect((await kalends.run("plan")).code).toBe(4);
    expect(kalends.standing("all")).toEqual(before);
  });

  it("is shown by `adopt`: what by UID, what by start and title, and what is left alone", async () => {
    const { code, text } = await kalends.run("adopt", ["all"]);
    expect(code).toBe(0);
    expect(text).toMatch(/take over: .* An older title {2}\(company, same UID\)/);
    expect(text).toMatch(/take over: .* Same look {2}\(company, same start and title\)/);
    expect(text).toMatch(/take over: .* At home {2}\(family, same UID\)/);
    expect(text).toMatch(/leave alone: Nobody knows this one/);
    expect(text).toContain("3 objects would be taken over, 1 left alone.");
    expect(kalends.standing("all")).toEqual(before);
  });

  it("is not taken over in an outage, which is told with what to do", async () => {
    const { control } = kalends.household.baikal;
    control.addFault({ times: null, effect: { kind: "status", status: 503 } });
    const { code, text, result } = await kalends.run("adopt", ["all"], { yes: true });
    control.clearFaults();
    expect(code).toBe(3);
    expect(text).toMatch(/all: nothing was taken over: .*503.* Give `kalends adopt all --yes` again then\.$/);
    expect(result).toMatchObject({ target: "all", done: false, exitCode: 3 });
    expect(kalends.standing("all")).toEqual(before);
  });

  it("is taken over with --yes: one write each, nothing doubled, the rest left alone", async () => {
    forgetTraffic(kalends.household);
    const { code } = await kalends.run("adopt", ["all"], { yes: true });
    expect(code).toBe(0);
    const after = kalends.standing("all");
    expect(Object.keys(after)).toHaveLength(5);
    expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
    expect(after["private.ics"]).toEqual(before["private.ics"]);
    expect(trafficOf(kalends.household).writes).toBe(4);
    for (const name of ["webhook-1.ics", "webhook-2.ics", "webhook-3.ics"]) {
      const uid = /^UID:.*$/m.exec(before[name]?.body ?? "")?.[0].trim() ?? "";
      expect(after[name]?.body.replaceAll("\r\n ", "")).toContain(`${uid}\r\n`);
      expect(after[name]?.body).toContain("X-KALENDS-ID:");
    }
    expect(differences(kalends)).toEqual([
      expect.stringMatching(/^all: too many 1: .*Nobody knows this one$/),
    ]);
    forgetTraffic(kalends.household);
    expect((await kalends.run("sync")).code).toBe(0);
    expect(trafficOf(kalends.household)).toMatchObject({ writes: 0, sink: 0 });
    expect((await kalends.run("status")).text).toContain("1 not ours");
  });

  it("keeps adopted objects' names and UIDs through changes, and removes them with their events", async () => {
    const { graph, mailboxes } = kalends.household;
    const events = graph.events({ mailbox: mailboxes.company });
    const [first, second] = events.map(({ immutableId }) => ({
      mailbox: mailboxes.company,
      event: immutableId,
    }));
    if (first === undefined || second === undefined) throw new Error("The events are gone.");
    graph.updateEvent({ ...first, changes: { subject: "A newer title" } });
    graph.deleteEvent(second);
    await kalends.sync();
    expect(kalends.standing("all")["webhook-1.ics"]?.body).toContain("SUMMARY:A newer title");
    expect(kalends.standing("all")["webhook-2.ics"]).toBeUndefined();
    expect(mailOf(kalends.household)).toEqual([]);
  });
});

describe("purging a source", { timeout: 120_000 }, () => {
  let kalends: Installation;
  const both = { agency: "all" } as const;

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      size: { agency: 40, company: 30, family: 20 },
      configuration: { targets: both },
    });
    const { graph, mailboxes } = kalends.household;
    const day = dayAfter(kalends.clock.now(), 2);
    const shared = graph.createEvent({ mailbox: mailboxes.agency, event: daily("Joint call", day, {}, 3) });
    graph.createEvent({
      mailbox: mailboxes.company,
      event: { ...daily("Joint call, company's copy", day, {}, 3), iCalUId: shared.iCalUId },
    });
    await kalends.sync();
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const objectOf = (title: string): string[] =>
    Object.entries(kalends.standing("all")).flatMap(([name, { body }]) =>
      body.includes(`SUMMARY:${title}\r\n`) ? [name] : [],
    );

  it("that is in use is refused", async () => {
    const before = kalends.standing("all");
    await expect(kalends.run("purge", [], { source: "agency", yes: true })).rejects.toThrow(UsageError);
    await expect(kalends.run("purge", [], { source: "agency" })).rejects.toThrow(/agency is in use/);
    expect(kalends.standing("all")).toEqual(before);
  });

  it("that was switched off: its events stay, and status says how to remove them", async () => {
    const before = kalends.standing("all");
    await kalends.configure({ targets: both, off: ["agency"] });
    expect((await kalends.run("sync")).code).toBe(0);
    const joint = objectOf("Joint call\\, company's copy");
    expect(joint).toHaveLength(1);
    expect(Object.keys(kalends.standing("all")).toSorted()).toEqual(Object.keys(before).toSorted());
    expect((await kalends.run("status")).text).toMatch(
      /agency\/sean@.*\n {2}switched off, or not in the configuration any more: its events stay; `kalends purge --source` removes them/,
    );
  });

  it("shows what it would do, and does it with --yes: the other tenant's copies stay in their place", async () => {
    const before = kalends.standing("all");
    const joint = objectOf("Joint call\\, company's copy");
    const shown = await kalends.run("purge", [], { source: "agency" });
    expect(shown.code).toBe(0);
    expect(shown.text).toMatch(/all: delete .*\(removed from agency\)/);
    expect(shown.text).toContain("Nothing was done yet");
    expect(kalends.standing("all")).toEqual(before);
    const done = await kalends.run("purge", [], { source: "agency", yes: true });
    expect(done.code).toBe(0);
    expect(objectOf("Joint call\\, company's copy")).toEqual(joint);
    expect(differences(kalends)).toEqual([]);
    expect(shownIn(kalends, "all").length).toBeGreaterThan(50);
    const again = await kalends.run("sync");
    expect(again.text).toContain("→ all: idle");
    expect((await kalends.run("status")).text).not.toContain("agency/");
  });

  it("brings everything back when the source is switched on again", async () => {
    await kalends.configure({ targets: both });
    expect((await kalends.run("sync")).code).toBe(0);
    expect(objectOf("Joint call")).toHaveLength(1);
    expect(objectOf("Joint call\\, company's copy")).toEqual([]);
    expect(mailOf(kalends.household)).toEqual([]);
  });
});
