import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { owner, startHousehold } from "../../simulator/household.ts";
import { calendarOf, install, type Installation } from "./installation.ts";
import { type ProcessOptions, runKalends, startKalends } from "./kalends-process.ts";
import { appleObject, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import { watchRequests } from "./request-watch.ts";
import { startRelay, type TcpRelay } from "./tcp-relay.ts";
import { differences } from "./truth.ts";

const patience = { timeout: 120_000 };

describe("PostgreSQL that is killed and started again", patience, () => {
  const stack = new AsyncDisposableStack();
  let server: PostgresServer;
  beforeAll(async () => {
    server = stack.use(await startPostgres());
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  it("in the middle of a sync, and under the daemon, costs nothing but time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-restart-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const household = stack.use(await startHousehold(folder, { agency: 12, company: 12, family: 12 }));
    const url = await server.makeDatabase();
    const place: ProcessOptions = {
      configuration: join(folder, "sources.yaml"),
      data: join(folder, "data"),
      environment: { ...household.environment, DATABASE_URL: url },
    };
    const text = household.configuration({ pull: "0 4 * * *" });
    await writeFile(place.configuration, text);
    const objects = (target: string) => household.baikal.control.objects(owner, calendarOf(target));

    const killed = Promise.withResolvers<void>();
    let writes = 0;
    const watch = watchRequests(household, "arrived", ({ method }) => {
      if (method !== "PUT") return;
      writes += 1;
      if (writes === 5) server.kill().then(killed.resolve, killed.reject);
    });
    const stopped = await runKalends(place, ["sync"]);
    watch[Symbol.dispose]();
    await killed.promise;
    expect(`${stopped.code} ${stopped.stderr}`).toMatch(
      /^3 [^]*The database cannot be reached: see that PostgreSQL runs/,
    );
    const without = await runKalends(place, ["status"]);
    expect(`${without.code} ${without.stderr}`).toMatch(/^3 [^]*The database at \S+:\d+ cannot be reached/);

    await server.start();
    await passLeases(url);
    const daemon = startKalends(place, ["run"]);
    stack.defer(async () => {
      daemon.child.kill("SIGKILL");
      await daemon.ended;
    });
    await Promise.all(["all", "agency"].map((target) => daemon.logs(reconciled(target))));
    const { writes: counted } = household.baikal.control.counters();
    expect(Object.values(counted).filter(({ puts, deletes }) => puts !== 1 || deletes !== 0)).toEqual([]);
    expect(Object.keys(objects("agency")).length).toBeGreaterThan(5);

    await server.kill();
    const event = meeting("While the database was away", dayAfter(Date.now(), 3));
    household.graph.createEvent({ mailbox: household.mailboxes.agency, event });
    await server.start();
    await passLeases(url);
    const seen = daemon.lines(reconciled("agency"));
    // Whatever the schedule: an edit has everything read.
    await writeFile(place.configuration, `${text}\n# edited\n`);
    await daemon.logs(reconciled("agency"), seen + 1);
    expect(
      Object.values(objects("agency")).filter(({ body }) => body.includes("While the database was")),
    ).toHaveLength(1);
    daemon.child.kill("SIGTERM");
    expect((await daemon.ended).code).toBe(0);
  });
});

describe("a server that goes away and comes back", patience, () => {
  let kalends: Installation;
  let sink: TcpRelay;

  beforeAll(async () => {
    kalends = await install({
      size: { agency: 10, company: 6, family: 12 },
      makeDatabase: freshDatabase,
      async between(household) {
        sink = await startRelay(household.baikal.url);
        const inFront = (text: string) => text.replaceAll(new URL(household.baikal.url).origin, sink.origin);
        return { inFront, [Symbol.asyncDispose]: () => sink.shut() };
      },
    });
  }, 120_000);
  afterAll(() => kalends?.[Symbol.asyncDispose]());

  /** Shuts the sink as its n-th PUT arrives. */
  function shutAtPut(nth: number): Disposable {
    let seen = 0;
    return watchRequests(kalends.household, "arrived", ({ method }) => {
      if (method !== "PUT") return;
      seen += 1;
      if (seen === nth) void sink.shut();
    });
  }

  /** From the n-th request on every connection to these servers breaks before an answer. */
  function cutOff(origins: readonly string[], nth: number): Disposable {
    const ports = new Set(origins.map((origin) => Number(new URL(origin).port)));
    let seen = 0;
    return watchRequests(kalends.household, "arrived", ({ socket }) => {
      if (!ports.has(socket.localPort ?? 0)) return;
      seen += 1;
      if (seen >= nth) socket.destroy();
    });
  }

  it("the sink, in the middle of a first import: what was written is not written again", async () => {
    {
      using _ = shutAtPut(4);
      const { code, text } = await kalends.run("sync");
      expect(code).toBe(3);
      expect(text).toMatch(/Not everything could be done; the next run goes on from here\./);
    }
    const status = await kalends.run("status");
    expect(status.code).toBe(3);
    expect(status.text).toMatch(/target (all|agency): /);
    await sink.open();
    expect((await kalends.run("sync")).code).toBe(0);
    expect(differences(kalends)).toEqual([]);
    const { writes } = kalends.household.baikal.control.counters();
    expect(Object.values(writes).filter(({ puts, deletes }) => puts !== 1 || deletes !== 0)).toEqual([]);
    expect((await kalends.run("status")).code).toBe(0);
  });

  it("a source, in the middle of a round: nothing is removed, and status says what is not current", async () => {
    const { icloud: server } = kalends.household;
    const times = {
      start: utcText(dayAfter(kalends.clock.now(), 3), "1500"),
      end: utcText(dayAfter(kalends.clock.now(), 3), "1600"),
    };
    server.control.putObject(
      "sean@icloud.com",
      "family",
      "new.ics",
      appleObject({ uid: "new", summary: "New", ...times }),
    );
    const before = Object.keys(kalends.standing("all")).length;
    const { url, partitionOrigins } = server;
    {
      using _ = cutOff([url, ...partitionOrigins], 2);
      for (const words of ["in the middle of a round", "from the first request on"]) {
        const { code, text } = await kalends.run("sync");
        expect([words, code]).toEqual([words, 3]);
        expect(text).toMatch(/^family\/sean@icloud\.com: incomplete/m);
      }
      expect(Object.keys(kalends.standing("all"))).toHaveLength(before);
      const status = await kalends.run("status");
      expect(status.code).toBe(3);
      expect(status.text).toMatch(
        /^family\/sean@icloud\.com: complete as of .*\n {2}\S.*\n {2}next attempt /m,
      );
    }
    expect((await kalends.run("sync")).code).toBe(0);
    expect(differences(kalends)).toEqual([]);
    expect(Object.keys(kalends.standing("all"))).toHaveLength(before + 1);
  });
});

/** Lets the minute pass in which leases that could not be given back still count. */
async function passLeases(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("update lease set expires_at = to_timestamp(0)");
  await client.end();
}

function reconciled(target: string): RegExp {
  return new RegExp(`"target":"${target}".*"outcome":"complete".*reconciliation ended`);
}
