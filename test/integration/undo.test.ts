import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { owner } from "../../simulator/household.ts";
import { UsageError } from "../../src/cli/command.ts";
import { renameTarget } from "../../src/store/rename-target.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { dayAfter, meeting, ownAddresses } from "./people-and-times.ts";
import { forgetTraffic, mailOf, trafficOf } from "./traffic.ts";

describe("a change that somebody wants back", { timeout: 60_000 }, () => {
  let kalends: Installation;
  let budget: { mailbox: string; event: string };

  beforeAll(async () => {
    kalends = await install({ configuration: { off: ["agency", "family"] } });
    const mailbox = kalends.household.mailboxes.company;
    const { graph } = kalends.household;
    const make = (title: string): string =>
      graph.createEvent({ mailbox, event: meeting(title, dayAfter(kalends.clock.now(), 3)) }).immutableId;
    budget = { mailbox, event: make("Budget") };
    make("Budget review");
    make("Lunch");
    await kalends.sync();
  }, 60_000);
  afterAll(() => kalends?.[Symbol.asyncDispose]());

  const nameOf = (title: string): string => {
    const found = Object.entries(kalends.standing("all")).find(([, { body }]) =>
      body.includes(`SUMMARY:${title}\r\n`),
    );
    if (found === undefined) throw new Error(`${title} does not stand there`);
    return found[0];
  };

  it("is found by its title, with what the phone had written", async () => {
    const name = nameOf("Budget");
    const { body = "" } = kalends.standing("all")[name] ?? {};
    const edited = body
      .replace("SUMMARY:Budget", "SUMMARY:Budget with Ann")
      .replace(
        "END:VEVENT",
        `ORGANIZER:mailto:${ownAddresses[0]}\r\nATTENDEE:mailto:ann@example.com\r\nEND:VEVENT`,
      );
    kalends.household.baikal.control.putObject(owner, calendarOf("all"), name, edited);
    kalends.household.graph.updateEvent({ ...budget, changes: { subject: "Budget, moved" } });
    await kalends.sync();
    expect(nameOf("Budget\\, moved")).toBe(name);

    const several = await kalends.run("history", ["budget"]);
    expect(several.code).toBe(2);
    expect(several.text).toMatch(/2 events fit[\s\S]*kalends history [0-9a-f]{12} +"Budget review" of /);
    const story = await kalends.run("history", [name]);
    expect(story.code).toBe(0);
    expect(story.text).toMatch(/create +"Budget" {2}\(new in company\): created/);
    expect(story.text).toMatch(/update +"Budget, moved" {2}\(changed in company\): changed in the target/);
    expect(story.text).toContain("it had been changed on the phone");
    expect(story.text).not.toContain("Budget with Ann");
    const bodies = await kalends.run("history", [name], { bodies: true });
    expect(bodies.text).toContain("SUMMARY:Budget with Ann");
  });

  it("is listed among the runs, shown before it is undone, and undone with --yes for good", async () => {
    const { text, result } = await kalends.run("history");
    expect(text).toMatch(/[0-9a-f]{8} {2}\S+ {2}all {2}reconcile: 1 changed/);
    const run = /([0-9a-f]{8}) {2}\S+ {2}all {2}reconcile: 1 changed/.exec(text)?.[1] ?? "";
    expect(result).toMatchObject({ runs: [{ made: 3 }, { changed: 1 }] });
    const before = kalends.standing("all");
    const shown = await kalends.run("undo", [run]);
    expect(shown.code).toBe(0);
    expect(shown.text).toContain('change back    "Budget with Ann"');
    expect(shown.text).toContain("Nothing was done yet");
    expect(kalends.standing("all")).toEqual(before);

    const { control } = kalends.household.baikal;
    control.addFault({ method: "PUT", times: null, effect: { kind: "status", status: 503 } });
    const stopped = await kalends.run("undo", [run], { yes: true });
    control.clearFaults();
    expect(stopped.code).toBe(3);
    expect(stopped.text).toMatch(
      new RegExp(`all: the undo stopped after 0 of 1 event: .*"Budget with Ann".*kalends undo ${run} --yes`),
    );
    expect(stopped.result).toMatchObject({ done: false, restored: 0, failed: [], exitCode: 3 });
    expect(kalends.standing("all")).toEqual(before);

    const done = await kalends.run("undo", [run], { yes: true });
    expect(done.code).toBe(0);
    expect(done.text).toContain("Done: 1 event ");
    const { body = "" } = kalends.standing("all")[nameOf("Budget with Ann")] ?? {};
    expect(body).not.toMatch(/^(?:ORGANIZER|ATTENDEE)/m);
    expect(body).toContain("X-KALENDS-ID:");
    forgetTraffic(kalends.household);
    expect((await kalends.run("sync")).code).toBe(0);
    expect(trafficOf(kalends.household).writes).toBe(0);
    const again = await kalends.run("undo", [run], { yes: true });
    expect(again.code).toBe(0);
    expect(again.text).toContain('nothing to do: "Budget with Ann": it already stands as it stood before');
    expect(again.text).toContain("There is nothing to undo any more.");
  });

  it("is undone by the event's name as well, the undo itself included", async () => {
    const name = nameOf("Budget with Ann").slice(0, 12);
    const done = await kalends.run("undo", [name], { yes: true });
    expect(done.code).toBe(0);
    expect(nameOf("Budget\\, moved")).toContain(name);
    expect(mailOf(kalends.household)).toEqual([]);
  });

  it("is not guessed: a name that nothing has is refused, with a hint", async () => {
    await expect(kalends.run("undo", ["no such thing"])).rejects.toThrow(UsageError);
    await expect(kalends.run("history", ["no such thing"])).rejects.toThrow(/part of the title/);
    await expect(kalends.run("undo")).rejects.toThrow(/kalends history/);
    await expect(kalends.run("history", ["8eb"])).rejects.toThrow(
      /at least the first four digits are needed/,
    );
    await expect(kalends.run("history", ["8ebf"])).rejects.not.toThrow(/four digits/);
    await expect(kalends.run("history", ["Lunch"], { limit: "none" })).rejects.toThrow(/--limit/);
  });

  it("is kept from being undone in a target that is not configured any more", async () => {
    await renameTarget(kalends.application.store.db, "all", "former");
    await expect(kalends.run("undo", ["Lunch"])).rejects.toThrow(/target former is not in the configuration/);
  });
});
