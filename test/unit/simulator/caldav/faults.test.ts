import { afterEach, beforeEach, describe, expect, it } from "vitest";
import ICAL from "ical.js";
import { startCaldavSimulator, type CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";
import type { FaultEffect } from "../../../../simulator/caldav/faults.ts";
import { seedCalendar, seedObjects } from "../../../../simulator/caldav/seed.ts";
import {
  client,
  event,
  hrefs,
  multigetBody,
  propfindBody,
  syncBody,
  tokenOf,
  type Client,
} from "./dav-client.ts";

const cal = "/calendars/u/c/";

let simulator: CaldavSimulator;
let send: Client;

beforeEach(async () => {
  simulator = await startCaldavSimulator({ persona: "plain" });
  simulator.control.addUser({ name: "u", password: "p" });
  simulator.control.addCalendar("u", { uri: "c" });
  simulator.control.putObject("u", "c", "a.ics", event("a"));
  send = client(simulator);
});
afterEach(() => simulator[Symbol.asyncDispose]());

const list = () => send("PROPFIND", cal, propfindBody("d:getetag"), { depth: "1" });

const fault = (effect: FaultEffect) => simulator.control.addFault({ method: "PROPFIND", effect });

describe("faults", () => {
  it("strike the n-th match, so many times, and are counted as requests", async () => {
    simulator.control.addFault({
      method: "^PROPFIND$",
      path: "/c/$",
      nth: 2,
      times: 2,
      effect: { kind: "status", status: 503, retryAfter: "Wed, 21 Oct 2026 07:28:00 GMT" },
    });
    await send("OPTIONS", cal);
    const answers = [await list(), await list(), await list(), await list()];
    expect(answers.map((answer) => answer.status)).toEqual([207, 503, 503, 207]);
    expect(answers[1]?.headers.get("retry-after")).toBe("Wed, 21 Oct 2026 07:28:00 GMT");
    expect(simulator.control.counters().byMethod).toEqual({ OPTIONS: 1, PROPFIND: 4 });
  });

  it("lose the answer of a write that took effect, or of one that did not", async () => {
    simulator.control.addFault({
      method: "PUT",
      effect: { kind: "reset", when: "before-headers", applied: true },
    });
    await expect(send("PUT", `${cal}b.ics`, event("b"))).rejects.toThrow();
    simulator.control.addFault({
      method: "PUT",
      effect: { kind: "reset", when: "before-headers", applied: false },
    });
    await expect(send("PUT", `${cal}c.ics`, event("c"))).rejects.toThrow();
    expect(Object.keys(simulator.control.objects("u", "c"))).toEqual(["a.ics", "b.ics"]);
    expect(simulator.control.counters().writes).toEqual({ [`${cal}b.ics`]: { puts: 1, deletes: 0 } });
    expect(simulator.control.requests().map((request) => request.status)).toEqual([0, 0]);
  });

  it("break the body, the type, the answer", async () => {
    fault({ kind: "reset", when: "mid-body", applied: true });
    await expect(list()).rejects.toThrow();
    const whole = (await list()).text;
    fault({ kind: "truncate", keep: 0.5 });
    expect((await list()).text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    fault({ kind: "html" });
    expect((await list()).headers.get("content-type")).toMatch(/^text\/html/);
    fault({ kind: "redirect", status: 302, location: "https://elsewhere.example/" });
    expect((await list()).headers.get("location")).toBe("https://elsewhere.example/");
    fault({ kind: "empty-multistatus" });
    const empty = await list();
    expect([empty.status, hrefs(empty)]).toEqual([207, []]);
    fault({ kind: "content-type", value: "text/html" });
    expect((await list()).headers.get("content-type")).toBe("text/html");
    fault({ kind: "slow-body", chunkBytes: 50, intervalMs: 1 });
    expect((await list()).text).toBe(whole);
    fault({ kind: "delay", ms: 1 });
    expect((await list()).text).toBe(whole);
  });

  it("make one member of a multiget missing", async () => {
    simulator.control.addFault({
      report: "calendar-multiget",
      effect: { kind: "multiget-404", href: "a.ics" },
    });
    simulator.control.putObject("u", "c", "b.ics", event("b"));
    const answer = await send("REPORT", cal, multigetBody([`${cal}a.ics`, `${cal}b.ics`]));
    expect(answer.text.match(/404/g)).toHaveLength(1);
    expect(answer.text).toContain("UID:b");
  });
});

const call = async (method: string, ...given: unknown[]) => {
  const body = JSON.stringify({ method, arguments: given });
  const answer = await fetch(simulator.controlUrl, { method: "POST", body });
  const told: unknown = await answer.json();
  return { status: answer.status, body: told };
};

describe("the control API over HTTP", () => {
  it("does what the methods do, and says what it does not understand", async () => {
    await call("addCalendar", "u", { uri: "d", name: "D" });
    await call("putObject", "u", "d", "x.ics", event("x"));
    expect(await call("objects", "u", "d")).toMatchObject({
      body: { result: { "x.ics": { body: event("x") } } },
    });
    await call("addFault", { method: "PROPFIND", effect: { kind: "html" } });
    expect((await list()).text).toContain("<html>");
    expect(await call("setSwitches", { ctag: false })).toMatchObject({
      body: { result: { ctag: false, syncCollection: true } },
    });
    expect((await call("setSwitches", { cta: true })).status).toBe(400);
    expect(await call("objects", "nobody", "d")).toEqual({
      status: 400,
      body: { error: "the CalDAV simulator knows no user nobody" },
    });
  });
});

describe("seeded objects", () => {
  const options = { count: 40, from: Date.UTC(2026, 10, 1) };

  it("are the same every time, parse, and pass the server's own checks", async () => {
    expect(seedObjects(options)).toEqual(seedObjects(options));
    expect(seedObjects({ ...options, seed: 2 })[0]).not.toEqual(seedObjects(options)[0]);
    const all = seedObjects(options).map((object) => object.body);
    for (const body of all) expect(() => ICAL.parse(body)).not.toThrow();
    for (const feature of [
      "BEGIN:VTIMEZONE",
      "RECURRENCE-ID",
      "VALUE=DATE:",
      "ACTION:NONE",
      "X-APPLE-STRUCTURED-LOCATION",
    ]) {
      expect(
        all.some((body) => body.includes(feature)),
        feature,
      ).toBe(true);
    }
  });

  it("fill a calendar of thousands, whose listing is whole and whose later changes are found", async () => {
    seedCalendar(simulator.control, "u", "c", { ...options, count: 3000 });
    const answer = await send("REPORT", cal, syncBody(""));
    expect(hrefs(answer)).toHaveLength(3001);
    expect((await send("PUT", `${cal}new.ics`, event("new"))).status).toBe(201);
    expect(hrefs(await send("REPORT", cal, syncBody(tokenOf(answer))))).toEqual([`${cal}new.ics`]);
  });
});
