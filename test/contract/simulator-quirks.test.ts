import { describe, expect, it, onTestFinished } from "vitest";
import { type CaldavSimulator, startCaldavSimulator } from "../../simulator/caldav/caldav-simulator.ts";
import type { Persona } from "../../simulator/caldav/switches.ts";
import type { CaldavSourceConfig, SinkConfig } from "../../src/config/config.ts";
import { usualLimits } from "../usual-limits.ts";
import { Secret } from "../../src/config/secret.ts";
import { createTransport } from "../../src/http/node-transport.ts";
import { createSink } from "../../src/sink/caldav-sink.ts";
import { createCaldavSource } from "../../src/sources/icloud/caldav-source.ts";
import type { Source } from "../../src/sources/source.ts";
import { eventText } from "./event-text.ts";
import { StagedCalendar } from "./staged-calendar.ts";

const signal = AbortSignal.timeout(120_000);
const retry = { attempts: 2, baseDelayMs: 1, maxDelayMs: 2, maxTotalWaitMs: 10 };
const credentials = { username: "owner", password: new Secret("word", "test") };

async function start(persona: Persona): Promise<CaldavSimulator> {
  const simulator = await startCaldavSimulator({ persona });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  simulator.control.addUser({ name: "owner", password: "word", email: "owner@example.org" });
  simulator.control.addUser({ name: "phone", password: "word", email: "phone@calendar.invalid" });
  return simulator;
}

function openSource(simulator: CaldavSimulator, kind: CaldavSourceConfig["kind"]): Source {
  const common = {
    was: null,
    target: "all",
    priority: 1,
    enabled: true,
    apart: false,
    order: 0,
    ca: null,
    ...usualLimits,
  };
  const url = new URL(simulator.url);
  const config = {
    ...common,
    id: "family",
    kind,
    mode: "read-only",
    url,
    credentials,
    auth: "auto",
  } as const;
  const source = createCaldavSource(
    { ...config, calendars: ["Work"] },
    { transport: createTransport(), retry },
  );
  onTestFinished(() => source[Symbol.asyncDispose]());
  return source;
}

/** A calendar "Work" with Alpha and Beta in it, pulled once. */
async function pulled(persona: "icloud" | "baikal", isShared = false) {
  const simulator = await start(persona);
  const { control } = simulator;
  control.addCalendar("owner", { uri: "work", name: "Work", unreadableByMultiget: isShared });
  control.putObject("owner", "work", "a.ics", eventText({ uid: "a", summary: "Alpha" }));
  control.putObject("owner", "work", "b.ics", eventText({ uid: "b", summary: "Beta" }));
  const source = openSource(simulator, persona === "icloud" ? "icloud" : "caldav");
  const listing = await source.listCalendars(null, signal);
  const [calendar] = listing.calendars;
  if (calendar === undefined) throw new Error("The calendar is not listed.");
  const staged = new StagedCalendar(source, calendar);
  await staged.pull();
  return { simulator, control, source, staged, memory: listing.memory };
}

describe("iCloud", () => {
  it("answers an expired token with everything: a removal before it is noticed all the same", async () => {
    const { control, staged } = await pulled("icloud");
    control.deleteObject("owner", "work", "a.ics");
    control.putObject("owner", "work", "c.ics", eventText({ uid: "c", summary: "Gamma" }));
    control.expireTokens("owner", "work");
    await staged.pull();
    expect(staged.summaries()).toEqual(["Beta", "Gamma"]);
  });

  it("moves an account to another partition: it is found there and nothing is lost", async () => {
    const { control, source, staged, memory } = await pulled("icloud");
    control.moveAccount("owner", { partition: 1 });
    const listing = await source.listCalendars(memory, signal);
    expect(listing.memory).not.toBe(memory);
    control.deleteObject("owner", "work", "a.ics");
    await staged.pull();
    expect(staged.summaries()).toEqual(["Beta"]);
  });

  it("denies objects of a shared calendar to multiget: they are read one by one", async () => {
    const { control, staged } = await pulled("icloud", true);
    expect(staged.summaries()).toEqual(["Alpha", "Beta"]);
    control.putObject("owner", "work", "b.ics", eventText({ uid: "b", summary: "Beta two" }));
    await staged.pull();
    expect(staged.summaries()).toEqual(["Alpha", "Beta two"]);
  });
});

describe("Baikal as a source", () => {
  it("takes a token from before its restore without a word: the calendar is read anew", async () => {
    const { control, staged } = await pulled("baikal");
    control.snapshot("backup");
    control.putObject("owner", "work", "c.ics", eventText({ uid: "c", summary: "Gamma" }));
    control.putObject("owner", "work", "d.ics", eventText({ uid: "d", summary: "Delta" }));
    await staged.pull();
    expect(staged.summaries()).toEqual(["Alpha", "Beta", "Delta", "Gamma"]);
    control.restore("backup");
    await staged.pull();
    expect(staged.summaries()).toEqual(["Alpha", "Beta"]);
  });

  it("that awaits its upgrade is down, not empty", async () => {
    const { control, source, staged, memory } = await pulled("baikal");
    control.setSwitches({ upgradeNeeded: true });
    await expect(source.listCalendars(memory, signal)).rejects.toMatchObject({ name: "RemoteError" });
    await expect(staged.pull()).rejects.toMatchObject({ name: "RemoteError" });
    control.setSwitches({ upgradeNeeded: false });
    await staged.pull();
    expect(staged.summaries()).toEqual(["Alpha", "Beta"]);
  });
});

const people = (organizer: string, attendee: string) => [
  `ORGANIZER:mailto:${organizer}`,
  `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${organizer}`,
  `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${attendee}`,
];

describe("Baikal as the sink", () => {
  const spec = { id: "all", name: "All Events", color: "#2563EB", writable: false };
  const openTarget = async (simulator: CaldavSimulator, phone: SinkConfig["phone"] = null) => {
    const config: SinkConfig = { url: new URL(simulator.url), credentials, auth: "auto", ca: null, phone };
    const sink = createSink(config, { transport: createTransport(), retry });
    onTestFinished(() => sink[Symbol.asyncDispose]());
    return { sink, target: await sink.openTarget(spec, null, signal) };
  };

  it("mails nobody, whoever organises and attends", async () => {
    const simulator = await start("baikal");
    const { target } = await openTarget(simulator);
    for (const [uid, lines] of [
      ["organised", people("owner@example.org", "guest@example.net")],
      ["attended", people("boss@example.net", "owner@example.org")],
    ] as const) {
      const made = await target.create(`${uid}.ics`, eventText({ uid, lines }), signal);
      if (made.kind !== "written") throw new Error(made.kind);
      const changed = await target.update(
        `${uid}.ics`,
        eventText({ uid, lines, start: "20270105T090000Z" }),
        made.etag,
        signal,
      );
      if (changed.kind !== "written") throw new Error(changed.kind);
      expect(await target.remove(`${uid}.ics`, changed.etag, signal)).toEqual({ kind: "removed" });
    }
    expect(simulator.control.counters().mail).toEqual([]);
  });

  it("gets one write at a time per calendar, through whatever handle", async () => {
    const simulator = await start("baikal");
    const { sink, target } = await openTarget(simulator);
    const again = await sink.openTarget(spec, target.href, signal);
    simulator.control.setSwitches({ writeDelayMs: 5 });
    const writes = Array.from({ length: 8 }, (_, index) =>
      (index % 2 === 0 ? target : again).create(`${index}.ics`, eventText({ uid: `${index}` }), signal),
    );
    const kinds = (await Promise.all(writes)).map(({ kind }) => kind);
    expect(kinds).toEqual(writes.map(() => "written"));
    expect(Object.values(simulator.control.counters().maxParallelWrites)).toEqual([1]);
  });

  it("is asked twice to open a target where nothing is to be done", async () => {
    const simulator = await start("baikal");
    const phone = { username: "phone", address: "phone@calendar.invalid" };
    const { sink, target } = await openTarget(simulator, phone);
    simulator.control.clearCounters();
    const again = await sink.openTarget(spec, target.href, signal);
    expect(again).toMatchObject({ created: false, warnings: [] });
    expect(simulator.control.counters().byMethod).toEqual({ PROPFIND: 2 });
  });

  it("that awaits its upgrade is down: nothing is made, nothing is missing", async () => {
    const simulator = await start("baikal");
    const { sink, target } = await openTarget(simulator);
    simulator.control.setSwitches({ upgradeNeeded: true });
    for (const attempt of [
      () => sink.openTarget(spec, target.href, signal),
      () => sink.openTarget({ ...spec, id: "other" }, null, signal),
      () => target.list(signal),
      () => target.create("a.ics", eventText({ uid: "a" }), signal),
      () => target.update("a.ics", eventText({ uid: "a" }), '"1"', signal),
      () => target.remove("a.ics", '"1"', signal),
      () => Array.fromAsync(target.read(["a.ics"], signal)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ name: "RemoteError", kind: "transient" });
    }
  });

  it("says why it refuses an object", async () => {
    const simulator = await start("baikal");
    const { target } = await openTarget(simulator);
    const ics = eventText({ uid: "a" }).replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST");
    const outcome = await target.create("a.ics", ics, signal);
    expect(outcome).toMatchObject({
      kind: "refused",
      status: 415,
      reason: expect.stringContaining("METHOD"),
    });
  });
});
