import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { owner } from "../../simulator/household.ts";
import { reconcileWithLog } from "../../src/reconcile/sync.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { dayAfter, meeting } from "./people-and-times.ts";
import { forgetTraffic, mailOf, trafficOf } from "./traffic.ts";
import { differences } from "./truth.ts";

const quarterMs = 16 * 60_000;
const signal = new AbortController().signal;

/** A change of the configuration's text. */
function edit(was: string, now: string): (text: string) => string {
  return (text) => text.replace(was, now);
}

describe("state that is lost", { timeout: 60_000 }, () => {
  let kalends: Installation;
  /** Ids of the agency's events by title. */
  const ids = new Map<string, string>();

  beforeAll(async () => {
    kalends = await install({
      configuration: { off: ["company", "family"], window: { past: 30, future: 120 } },
    });
    for (let index = 0; index < 14; index += 1) add(`Meeting ${index}`, index + 1);
    await kalends.sync();
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  beforeEach(() => {
    expect(differences(kalends)).toEqual([]);
    forgetTraffic(kalends.household);
  });

  afterEach(async () => {
    expect(mailOf(kalends.household)).toEqual([]);
    const audited = await kalends.run("audit", [], { repair: true });
    expect(audited.text).not.toMatch(/does not balance|could not be read/);
  });

  function add(subject: string, days: number): void {
    const { graph, mailboxes } = kalends.household;
    const event = meeting(subject, dayAfter(kalends.clock.now(), days));
    ids.set(subject, graph.createEvent({ mailbox: mailboxes.agency, event }).immutableId);
  }
  const place = (subject: string) => ({
    mailbox: kalends.household.mailboxes.agency,
    event: ids.get(subject) ?? "",
  });
  const change = (subject: string, to: string): void => {
    kalends.household.graph.updateEvent({ ...place(subject), changes: { subject: to } });
    ids.set(to, ids.get(subject) ?? "");
  };
  const remove = (subject: string) => kalends.household.graph.deleteEvent(place(subject));
  const standing = (target = "agency") => kalends.standing(target);
  const titles = (target = "agency"): string[] =>
    Object.values(standing(target))
      .map(({ body }) => /^SUMMARY:(.*?)\r?$/m.exec(body)?.[1] ?? "")
      .toSorted();
  const writes = (): number => trafficOf(kalends.household).writes;
  const { control } = { control: () => kalends.household.baikal.control };
  const nameOf = (title: string): string =>
    Object.entries(standing()).find(([, { body }]) => body.includes(`SUMMARY:${title}\r\n`))?.[0] ?? "";

  /** What the daemon does every quarter of an hour. */
  async function watch(): Promise<void> {
    kalends.clock.advance(quarterMs);
    const { context } = kalends.application.connections;
    for (const target of context.targets) await reconcileWithLog(context, target, signal, { watch: true });
  }

  it("asks an untouched target one small question in a quarter of an hour, and none before", async () => {
    const { context } = kalends.application.connections;
    await watch();
    forgetTraffic(kalends.household);
    for (const target of context.targets) await reconcileWithLog(context, target, signal, { watch: true });
    expect(trafficOf(kalends.household).sink).toBe(0);
    await watch();
    // One more where the server wants a new nonce.
    expect(trafficOf(kalends.household).sink).toBeLessThanOrEqual(context.targets.length + 1);
    const asked = control()
      .requests()
      .map(({ method }) => method);
    expect(asked).not.toContain("REPORT");
    expect(writes()).toBe(0);
  });

  it("puts an edit of the phone right within a quarter of an hour, and keeps what it wrote", async () => {
    const before = standing();
    const edited = nameOf("Meeting 1");
    const body = before[edited]?.body.replace("Meeting 1", "By phone") ?? "";
    control().putObject(owner, calendarOf("agency"), edited, body);
    control().deleteObject(owner, calendarOf("agency"), nameOf("Meeting 2"));
    await watch();
    expect(differences(kalends)).toEqual([]);
    expect(Object.keys(standing()).toSorted()).toEqual(Object.keys(before).toSorted());
    const { db } = kalends.application.connections.context;
    const kept = await db
      .selectFrom("action")
      .innerJoin("body", "body.hash", "action.before_body")
      .select("body.content")
      .where("body.content", "like", "%By phone%")
      .execute();
    expect(kept).toHaveLength(1);
  });

  it("the database from an old backup: nothing doubled, nothing right written again", async () => {
    await kalends.backUp();
    add("Created since", 20);
    add("Came and went", 21);
    change("Meeting 3", "Changed since");
    remove("Meeting 4");
    await kalends.sync();
    const truth = standing();
    await kalends.restoreBackup();
    remove("Came and went");
    forgetTraffic(kalends.household);
    await kalends.sync();
    await watch();
    expect(writes()).toBe(0);
    expect(standing()).toEqual(truth);
    // Of one the database never knew, and its source does not know any more.
    const audited = await kalends.run("audit", [], { repair: true });
    expect(audited.code).toBe(4);
    const holds = await kalends.run("hold");
    expect(holds.text).toContain(
      "The target has 1 events that Kalends wrote and that no source that is switched on has any more.",
    );
    expect((await kalends.run("hold", ["approve", "agency", "@leftovers"])).code).toBe(0);
    await kalends.sync();
    expect(writes()).toBe(1);
    expect(titles()).not.toContain("Came and went");
    expect(differences(kalends)).toEqual([]);
  });

  it("the database from a backup with a write under way", async () => {
    const { db } = kalends.application.connections.context;
    const name = nameOf("Meeting 5");
    await db
      .insertInto("write_intent")
      .values({
        target_id: "agency",
        name,
        kind: "put",
        source_id: "agency",
        fingerprint: "of what was never written",
        since: new Date(kalends.clock.now()).toISOString(),
        run_id: null,
        action: null,
        summary: null,
        reason: null,
        before_body: null,
        after_body: null,
      })
      .execute();
    await kalends.backUp();
    change("Meeting 5", "Meeting 5 changed");
    await kalends.sync();
    const truth = standing();
    await kalends.restoreBackup();
    forgetTraffic(kalends.household);
    await kalends.sync();
    expect(writes()).toBe(0);
    expect(standing()).toEqual(truth);
  });

  it("Baikal from an old backup: noticed, put right, and what comes back waits for a person", async () => {
    control().snapshot("old");
    add("Lost with Baikal", 22);
    change("Meeting 6", "Meeting 6 changed");
    remove("Meeting 7");
    await kalends.sync();
    const truth = titles();
    control().restore("old");
    expect(titles()).not.toEqual(truth);
    await watch();
    expect(titles()).toEqual([...truth, "Meeting 7"].toSorted());
    const status = await kalends.run("status");
    expect(status.code).toBe(4);
    expect(status.text).toMatch(/→ agency: [\s\S]*its server seems to have been restored from a backup/);
    expect(status.text).toContain("kalends hold approve agency @leftovers");
    await kalends.run("hold", ["approve", "agency", "@leftovers"]);
    await kalends.sync();
    expect(titles()).toEqual(truth);
  });

  it("a calendar that was removed is not made anew unasked, and is filled again where it is empty", async () => {
    const before = standing();
    control().removeCalendar(owner, calendarOf("agency"));
    const audited = await kalends.run("audit", [], { repair: true });
    expect(audited.code).toBe(1);
    expect(audited.text).toContain("is not on the sink any more");
    expect(audited.text).toContain("bring it back");
    control().addCalendar(owner, { uri: calendarOf("agency"), name: "Agency" });
    kalends.clock.advance(quarterMs);
    kalends.clock.advance(quarterMs);
    expect((await kalends.run("audit", [], { repair: true })).code).toBe(0);
    expect(Object.keys(standing()).toSorted()).toEqual(Object.keys(before).toSorted());
    expect(differences(kalends)).toEqual([]);
  });
});

describe("a source that is configured otherwise", { timeout: 60_000 }, () => {
  let kalends: Installation;
  const options = { off: ["company", "family"], window: { past: 30, future: 120 } } as const;
  const titled = { ...options, targets: {} };

  beforeAll(async () => {
    kalends = await install({ configuration: options });
    const { graph, mailboxes } = kalends.household;
    for (let index = 0; index < 12; index += 1) {
      const event = meeting(`Meeting ${index}`, dayAfter(kalends.clock.now(), index + 1));
      graph.createEvent({ mailbox: mailboxes.agency, event });
    }
    await kalends.sync();
  }, 120_000);

  afterAll(() => kalends?.[Symbol.asyncDispose]());
  beforeEach(() => forgetTraffic(kalends.household));

  const writes = (): number => trafficOf(kalends.household).writes;
  const count = (target: string): number => Object.keys(kalends.standing(target)).length;

  it("renamed with `was`: not a single write, and the books balance", async () => {
    await kalends.configure(titled, edit("- id: agency", "- id: bureau\n    was: agency"));
    expect((await kalends.run("sync")).code).toBe(0);
    expect((await kalends.run("audit")).code).toBe(0);
    expect(writes()).toBe(0);
  });

  it("renamed without `was`: not a single write either", async () => {
    await kalends.configure(titled, edit("- id: agency", "- id: office"));
    expect((await kalends.run("sync")).code).toBe(0);
    const audited = await kalends.run("audit");
    expect(audited.code).toBe(0);
    expect(audited.text).toMatch(/24 events: 12 mapped \+ 12 shadowed/);
    expect(writes()).toBe(0);
    await kalends.run("purge", [], { source: "bureau", yes: true });
    expect((await kalends.run("audit")).text).toMatch(/12 events: 12 mapped/);
    expect(writes()).toBe(0);
  });

  it("taken out: all of its events stay", async () => {
    await kalends.configure({ ...options, off: ["company", "family", "agency"] });
    await kalends.sync();
    const audited = await kalends.run("audit");
    expect(audited.code).toBe(0);
    expect(audited.text).toMatch(/12 events: 12 retired/);
    expect(writes()).toBe(0);
    await kalends.configure(titled, edit("- id: agency", "- id: office"));
    await kalends.sync();
    expect(writes()).toBe(0);
  });

  it("moved to another target: there at once, and gone from the old one when a person has approved", async () => {
    await kalends.configure({ ...options, targets: { agency: "all" } }, edit("- id: agency", "- id: office"));
    await kalends.sync();
    await kalends.sync();
    expect([count("all"), count("agency")]).toEqual([12, 12]);
    expect((await kalends.run("hold")).text).toContain("held in agency");
    expect((await kalends.run("audit", [], { repair: true })).code).toBe(4);
    await kalends.run("hold", ["approve", "agency", "office"]);
    expect((await kalends.run("sync")).code).toBe(0);
    expect([count("all"), count("agency")]).toEqual([12, 0]);
    expect((await kalends.run("audit")).code).toBe(0);
  });

  it("kept apart from now on: the old places go when a person has approved", async () => {
    const apart = "- id: office\n    apart: true";
    await kalends.configure({ ...options, targets: { agency: "all" } }, edit("- id: agency", apart));
    await kalends.sync();
    expect(count("all")).toBe(24);
    await kalends.run("hold", ["approve", "all", "office"]);
    expect((await kalends.run("sync")).code).toBe(0);
    expect(count("all")).toBe(12);
    expect((await kalends.run("audit")).code).toBe(0);
  });
});
