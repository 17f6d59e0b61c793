import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createDatabaseAlert } from "../../../src/health/database-alert.ts";
import { checkHealth } from "../../../src/health/check-health.ts";
import { raiseAlerts } from "../../../src/health/raise-alerts.ts";
import type { HealthSettings } from "../../../src/health/settings.ts";
import type { Webhook } from "../../../src/health/webhook.ts";
import type { Context } from "../../../src/reconcile/context.ts";
import { releaseAllLeases, takeLease } from "../../../src/store/leases.ts";
import { World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { dayMs, hourMs, minuteMs } from "./statuses.ts";

const settings: HealthSettings = {
  freshWithinMs: new Map(),
  pullMs: hourMs,
  auditMs: 10_000 * dayMs,
  repeatMs: dayMs,
  expiries: [],
};

const line = z.object({ level: z.number(), alert: z.string(), msg: z.string() });

/** A receiver that writes down what arrives, or fails. */
function receiver() {
  const heard: string[] = [];
  let failing = false;
  const webhook: Webhook = {
    host: "hooks.example.com",
    deliver: async ({ state, kind, subject }) => {
      heard.push(`${state} ${kind} ${subject}${failing ? ", in vain" : ""}`);
      return failing ? "it answered 500" : null;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const fail = (value: boolean): void => {
    failing = value;
  };
  return { webhook, heard, fail };
}

describe("alerts", () => {
  let database: TestDatabase;
  let world: World;
  let lines: string[];
  const signal = new AbortController().signal;

  beforeAll(async () => {
    database = await openTestDatabase();
  }, 60_000);
  afterAll(() => database[Symbol.asyncDispose]());

  beforeEach(async () => {
    await clearDatabase(database.db);
    world = new World(database.db, [{ id: "work", style: "immutable", calendars: ["main"], priority: 1 }]);
    await world.settle();
    lines = [];
  });

  const waiting = () => database.db.selectFrom("alert_delivery").select("state").execute();

  const lag = async () => (await checkHealth(world.context, settings)).targets[0];

  /** A process on the same database: it knows nothing but what is stored there. */
  const process = (holder: string): Context => {
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const { level, alert, msg } = line.parse(JSON.parse(chunk.toString()));
        lines.push(`${level} ${alert} ${msg}`);
        done();
      },
    });
    return { ...world.context, holder, log: pino({}, stream) };
  };

  it("are told once by all processes together, over restarts, and once when over", async () => {
    const { webhook, heard } = receiver();
    world.advance(2 * hourMs);
    const [one, two] = [process("one"), process("two")];
    await Promise.all([one, two].map((context) => raiseAlerts(context, settings, webhook, signal)));
    await raiseAlerts(process("three"), settings, webhook, signal);
    expect(heard).toEqual(["firing stale work/me"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^40 stale work\/me was last read completely at 2027-01-01T00:/);
    await releaseAllLeases(database.db);
    await world.settle();
    await raiseAlerts(process("four"), settings, webhook, signal);
    await raiseAlerts(process("five"), settings, webhook, signal);
    expect(heard).toEqual(["firing stale work/me", "resolved stale work/me"]);
    expect(lines[1]).toMatch(
      /^30 stale The delay of work\/me is over: it was first seen at 2027-01-01T02:.* and lasted \d+ minutes\.$/,
    );
    expect(await database.db.selectFrom("alert").selectAll().execute()).toEqual([]);
  });

  it("are left to the process that is telling them now", async () => {
    const { webhook, heard } = receiver();
    world.advance(2 * hourMs);
    await takeLease(database.db, "alerts", "another");
    await raiseAlerts(process("one"), settings, webhook, signal);
    expect(heard).toEqual([]);
  });

  it("wait in the database for a receiver that fails, which is asked less and less often", async () => {
    const { webhook, heard, fail } = receiver();
    fail(true);
    world.advance(2 * hourMs);
    for (let minute = 0; minute < 10; minute += 1) {
      await raiseAlerts(process(`p${minute}`), settings, webhook, signal);
      world.advance(minuteMs);
    }
    expect(heard).toEqual(Array.from({ length: 4 }, () => "firing stale work/me, in vain"));
    const warnings = lines.filter((text) => text.includes("webhook"));
    expect(warnings[0]).toBe(
      "40 stale The webhook at hooks.example.com could not be told of an alert: it answered 500. It is tried again in 1 min.",
    );
    fail(false);
    heard.length = 0;
    world.advance(hourMs);
    await raiseAlerts(process("later"), settings, webhook, signal);
    await raiseAlerts(process("latest"), settings, webhook, signal);
    expect(heard).toEqual(["firing stale work/me"]);
  });

  it("do not pile up for nobody, and only the newest of each waits", async () => {
    const { webhook, heard, fail } = receiver();
    fail(true);
    world.advance(2 * hourMs);
    await raiseAlerts(process("one"), settings, webhook, signal);
    await world.settle();
    await raiseAlerts(process("two"), settings, webhook, signal);
    expect(await waiting()).toEqual([{ state: "resolved" }]);
    expect(heard).toHaveLength(2);
    await raiseAlerts(process("three"), settings, null, signal);
    expect(await waiting()).toEqual([]);
  });

  it("tell of a change that waits to be written, but not of one that a hold keeps waiting", async () => {
    const { db } = database;
    const day = Date.parse("2027-01-01T00:00:00Z");
    const [held, free] = [new Date(day - 30 * dayMs), new Date(day - 2 * dayMs)].map((at) =>
      at.toISOString(),
    );
    const target_id = "all";
    expect(await lag()).toMatchObject({ state: "fresh", lagMs: 0 });

    const slot = { target_id, slot: "f5bb1e", meeting_key: "held", name: "f5bb1e.ics", uid: "f5bb1e" };
    await db.insertInto("slot").values(slot).execute();
    const hold = { target_id, source_id: "work", reason: "Too many.", actions: '["delete f5bb1e"]' };
    const times = { since: held ?? "", updated_at: held ?? "", approved: null };
    await db
      .insertInto("hold")
      .values({ ...hold, ...times })
      .execute();
    await db
      .insertInto("dirty_key")
      .values({ target_id, meeting_key: "held", since: held ?? "", last_error: null })
      .execute();
    expect(await lag()).toMatchObject({ state: "fresh", lagMs: 0 });
    await db
      .insertInto("dirty_key")
      .values({ target_id, meeting_key: "free", since: free ?? "", last_error: null })
      .execute();
    expect(await lag()).toMatchObject({ state: "stale", waitingSince: free });
  });

  it("of the database itself are told by each process, after some minutes, until they arrive", async () => {
    const { webhook, heard, fail } = receiver();
    const context = process("one");
    const alert = createDatabaseAlert();
    const note = async (error: unknown): Promise<void> => {
      await alert.note(error, { context, webhook, repeatMs: dayMs }, signal);
      world.advance(minuteMs);
    };
    fail(true);
    for (let minute = 0; minute < 5; minute += 1) await note(new Error("connection refused"));
    expect(heard).toEqual(Array.from({ length: 2 }, () => "firing database database, in vain"));
    fail(false);
    await note(new Error("connection refused"));
    await note(null);
    await note(null);
    expect(heard.slice(2)).toEqual(["firing database database", "resolved database database"]);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^30 database The failure of the database is over: .* and lasted 6 minutes\.$/);
  });

  it("of the database do not wait for a receiver that is configured one day", async () => {
    const { webhook, heard } = receiver();
    const context = process("one");
    const alert = createDatabaseAlert();
    const note = async (error: unknown, to: Webhook | null): Promise<void> => {
      await alert.note(error, { context, webhook: to, repeatMs: dayMs }, signal);
      world.advance(minuteMs);
    };
    for (let minute = 0; minute < 5; minute += 1) await note(new Error("connection refused"), null);
    expect(lines).toHaveLength(1);
    await note(new Error("connection refused"), webhook);
    await note(null, null);
    await note(null, webhook);
    expect(heard).toEqual([]);
  });
});
