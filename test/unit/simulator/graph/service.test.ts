import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGraphSimulator } from "../../../../simulator/graph/simulator.ts";
import { codeOf, follow, parseJson, send, startContoso, user, valuesOf } from "./client.ts";
import type { Contoso, Json } from "./client.ts";

let contoso: Contoso;

beforeEach(async () => {
  contoso = await startContoso();
});
afterEach(() => contoso[Symbol.asyncDispose]());

function createMeeting() {
  const start = { dateTime: "2026-03-02T12:00:00", timeZone: "UTC" };
  const emailAddress = { name: "Bob", address: "bob@contoso.example" };
  const status = { response: "none", time: "0001-01-01T00:00:00Z" };
  return contoso.simulator.createEvent({
    mailbox: user,
    event: { start, end: start, attendees: [{ type: "required", status, emailAddress }] },
  });
}

describe("a mailbox", () => {
  it("lists own and shared calendars in pages of ten", async () => {
    const { simulator, tenant } = contoso;
    simulator.addMailbox({ tenant: tenant.id, userPrincipalName: "bob@contoso.example" });
    simulator.shareCalendar({ mailbox: user, owner: "bob@contoso.example", name: "Bob's" });
    for (let count = 0; count < 9; count += 1) simulator.addCalendar({ mailbox: user, name: `${count}` });
    const { pages, items } = await follow(contoso, "/calendars");
    expect(pages.map((page) => page.length)).toEqual([10, 1]);
    expect(items.slice(0, 2)).toMatchObject([
      {
        id: contoso.calendar,
        name: "Calendar",
        isDefaultCalendar: true,
        canEdit: true,
        owner: { address: user },
      },
      { name: "Bob's", isDefaultCalendar: false, canEdit: false, owner: { address: "bob@contoso.example" } },
    ]);
    expect((await contoso.get("/calendar")).json).toMatchObject({ id: contoso.calendar });
    simulator.removeCalendar({ mailbox: user, calendar: "Bob's" });
    expect((await follow(contoso, "/calendars")).items).toHaveLength(10);
  });

  it("tells its zone and categories, and nothing that takes another permission", async () => {
    expect((await contoso.get("/mailboxSettings/timeZone")).json["value"]).toBe("Pacific Standard Time");
    expect((await contoso.get("/mailboxSettings")).json).toMatchObject({ timeZone: "Pacific Standard Time" });
    expect(valuesOf(await contoso.get("/outlook/masterCategories"))[0]).toMatchObject({ color: "preset0" });
    expect(codeOf(await contoso.get("/outlook/supportedTimeZones"))).toBe("ErrorAccessDenied");
  });

  it("may be out of reach", async () => {
    const { simulator } = contoso;
    simulator.setSwitches({ mailbox: user, switches: { access: "policy" } });
    expect(codeOf(await contoso.get("/calendars"))).toBe("ErrorAccessDenied");
    simulator.setSwitches({ mailbox: user, switches: { access: "not-enabled" } });
    expect(codeOf(await contoso.get("/calendars"))).toBe("MailboxNotEnabledForRESTAPI");
    simulator.removeMailbox({ mailbox: user });
    expect(codeOf(await contoso.get("/calendars"))).toBe("Request_ResourceNotFound");
  });

  it("refuses writes, and remembers the mail that they would have caused", async () => {
    const { simulator, tenant, token } = contoso;
    const { id } = createMeeting();
    const url = `${tenant.graph}/v1.0/users/${user}/events/${id}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    for (const [method, body] of [
      ["DELETE", ""],
      ["PATCH", '{"subject":"x"}'],
    ] as const) {
      expect((await send(simulator.ca, url, { method, headers, body })).status).toBe(403);
    }
    await send(simulator.ca, `${url}/accept`, { method: "POST", headers, body: '{"sendResponse":false}' });
    const { writes, mail } = simulator.counters();
    expect(writes).toBe(3);
    expect(mail.map(({ method, recipients }) => [method, recipients])).toEqual([
      ["DELETE", ["bob@contoso.example"]],
      ["PATCH", ["bob@contoso.example"]],
    ]);
  });
});

describe("throttling", () => {
  it.each([
    ["integer", 429, /^2$/],
    ["fraction", 429, /^2\.128$/],
    ["date", 503, /GMT$/],
    ["absent", 429, /^undefined$/],
  ] as const)("refuses the fifth request at a time (Retry-After: %s)", async (retryAfter, status, header) => {
    const { simulator } = contoso;
    simulator.setSwitches({
      switches: { latencyMs: 100, retryAfter, retryAfterSeconds: 2, throttleStatus: status },
    });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => contoso.get("/calendars")));
    const refused = answers.filter((answer) => answer.status !== 200);
    expect(refused.map((answer) => [answer.status, codeOf(answer)])).toEqual([
      [status, "ApplicationThrottled"],
    ]);
    expect(String(refused[0]?.headers["retry-after"])).toMatch(header);
    expect(Object.values(simulator.counters().concurrency)).toEqual([5]);
    simulator.setSwitches({ switches: { latencyMs: 0 } });
    expect((await contoso.get("/calendars")).status).toBe(200);
  });

  it("refuses more than the requests of ten minutes until they are over", async () => {
    contoso.simulator.setSwitches({ switches: { requestsPerTenMinutesMax: 1 } });
    const statuses = [(await contoso.get("/calendar")).status, (await contoso.get("/calendar")).status];
    contoso.simulator.advanceClock({ ms: 600_000 });
    expect([...statuses, (await contoso.get("/calendar")).status]).toEqual([200, 429, 200]);
  });
});

describe("faults", () => {
  const path = "/calendars$";

  it("hit the nth request, so many times, with any answer", async () => {
    const { simulator } = contoso;
    const body = { error: { code: "UnknownError", message: "" } };
    const effect = { kind: "status", status: 504, body, retryAfter: "integer" } as const;
    const { id } = simulator.addFault({ path, nth: 2, times: 2, effect });
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await contoso.get("/calendars"));
    expect(answers.map(({ status }) => status)).toEqual([200, 504, 504, 200]);
    expect([codeOf(answers[1]), answers[1]?.headers["retry-after"]]).toEqual(["UnknownError", "1"]);
    expect(simulator.faultHits()).toEqual({ [id]: 2 });
  });

  it("spoil answers in every way", async () => {
    const { simulator } = contoso;
    const once = { server: "graph", method: "GET", path, times: 1 } as const;
    simulator.addFault({ ...once, effect: { kind: "html" } });
    expect((await contoso.get("/calendars")).headers["content-type"]).toContain("text/html");
    simulator.addFault({ ...once, effect: { kind: "redirect", location: "https://evil.example/" } });
    expect((await contoso.get("/calendars")).headers["location"]).toBe("https://evil.example/");
    simulator.addFault({ ...once, effect: { kind: "truncate" } });
    const truncated = await contoso.get("/calendars");
    expect([truncated.status, truncated.json]).toEqual([200, {}]);
    simulator.addFault({ ...once, effect: { kind: "content-type", value: "text/plain" } });
    expect((await contoso.get("/calendars")).headers["content-type"]).toBe("text/plain");
    simulator.addFault({ ...once, effect: { kind: "slow", pauseMs: 2 } });
    expect(valuesOf(await contoso.get("/calendars"))).toHaveLength(1);
    simulator.addFault({ ...once, effect: { kind: "delay", ms: 2 } });
    expect((await contoso.get("/calendars")).status).toBe(200);
    simulator.addFault({ ...once, effect: { kind: "reset", at: "headers" } });
    await expect(contoso.get("/calendars")).rejects.toThrow("socket hang up");
    simulator.addFault({ ...once, effect: { kind: "reset", at: "body" } });
    await expect(contoso.get("/calendars")).rejects.toThrow("aborted");
    expect((await contoso.get("/calendars")).status).toBe(200);
  });
});

describe("the simulator", () => {
  it("counts requests by route and keeps them for reading", async () => {
    const { simulator } = contoso;
    simulator.resetCounters();
    await contoso.get(`/calendars/${contoso.calendar}/events/${createMeeting().id}`, "odata.maxpagesize=5");
    const route = "/users/{user}/calendars/{calendar}/events/{event}";
    expect(simulator.counters().requests).toEqual({ [`GET ${route}`]: 1 });
    expect(simulator.requests()).toMatchObject([{ route, status: 200, prefer: "odata.maxpagesize=5" }]);
  });

  it("compresses for those who accept it", async () => {
    createMeeting();
    const { id } = createMeeting();
    const url = `${contoso.tenant.graph}/v1.0/users/${user}/events/${id}`;
    const headers = { authorization: `Bearer ${contoso.token}`, "accept-encoding": "gzip" };
    expect((await send(contoso.simulator.ca, url, { headers })).headers["content-encoding"]).toBe("gzip");
  });

  it("is controlled over HTTP as well, and makes the same ids from the same operations", async () => {
    const ids: Json[] = [];
    for (let run = 0; run < 2; run += 1) {
      await using simulator = await startGraphSimulator({ seed: "x" });
      const call = async (operation: string, input: object): Promise<{ status: number; result: Json }> => {
        const response = await fetch(`${simulator.controlUrl}/${operation}`, {
          method: "POST",
          body: JSON.stringify(input),
        });
        return { status: response.status, result: parseJson(await response.text()) };
      };
      await call("addTenant", { domain: "contoso.example" });
      await call("addMailbox", { tenant: "contoso.example", userPrincipalName: user });
      const start = { dateTime: "2026-03-02T12:00:00", timeZone: "UTC" };
      ids.push((await call("createEvent", { mailbox: user, event: { start, end: start } })).result);
      expect(await call("createEvent", { mailbox: "nobody" })).toEqual({
        status: 400,
        result: { error: 'There is no mailbox "nobody".' },
      });
      expect((await call("nonsense", {})).status).toBe(404);
    }
    expect(ids[0]).toMatchObject({ id: expect.stringMatching(/^AAMkAG/) });
    expect(ids[0]?.["id"]).toBe(ids[1]?.["id"]);
  });

  it("seeds the same events for the same seed, every kind of them", () => {
    const { simulator } = contoso;
    const options = { mailbox: user, count: 150, from: "2026-01-01", until: "2027-01-01" };
    const window = { mailbox: user, from: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z" };
    const runs = [3, 3, 4].map((seed) => {
      const calendar = simulator.addCalendar({ mailbox: user, name: "Seeded" }).id;
      simulator.seedEvents({ ...options, calendar, seed });
      return simulator
        .occurrences({ ...window, calendar })
        .map(({ id: _id, defaultId: _defaultId, seriesMasterId: _master, iCalUId: _uid, ...rest }) => rest);
    });
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    const kinds = new Set(runs[0]?.map(({ type, isAllDay }) => `${type} ${isAllDay}`));
    expect(kinds.size).toBeGreaterThanOrEqual(5);
  });
});
