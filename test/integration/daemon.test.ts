import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConfigurationOptions,
  type Household,
  owner,
  startHousehold,
} from "../../simulator/household.ts";
import { fillDataFolder } from "./empty-data-folder.ts";
import { calendarOf } from "./installation.ts";
import {
  type Ended,
  type KalendsProcess,
  type ProcessOptions,
  runKalends,
  startKalends,
} from "./kalends-process.ts";
import { dayAfter, meeting } from "./people-and-times.ts";
import { watchRequests } from "./request-watch.ts";

const patience = 120_000;

describe("the daemon", { timeout: patience }, () => {
  const stack = new AsyncDisposableStack();
  let household: Household;
  let place: ProcessOptions;
  let daemon: KalendsProcess;
  /** Everything that any process said, and every credential that went over the wire. */
  const said: string[] = [];
  const sent = new Set<string>();

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-daemon-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    household = stack.use(await startHousehold(folder, { agency: 12, company: 12, family: 12 }));
    place = {
      configuration: join(folder, "sources.yaml"),
      data: join(folder, "data"),
      environment: household.environment,
    };
    await configure({});
    await fillDataFolder(place.data);
    stack.use(
      watchRequests(household, "arrived", ({ headers }) => {
        if (headers.authorization !== undefined) sent.add(headers.authorization);
      }),
    );
    daemon = startKalends(place, ["run"]);
    stack.defer(async () => {
      daemon.child.kill("SIGKILL");
      await daemon.ended;
    });
  }, patience);

  afterAll(() => stack.disposeAsync());

  const configure = (options: ConfigurationOptions): Promise<void> =>
    writeFile(place.configuration, household.configuration({ pull: "0 4 * * *", log: "trace", ...options }));
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await runKalends(place, args);
    said.push(ended.stdout, ended.stderr);
    return ended;
  };
  const targetNames = (): Array<string | null> =>
    household.baikal.control
      .calendars(owner)
      .filter(({ uri }) => uri.startsWith("kalends-"))
      .map(({ name }) => name);

  it("starts, and imports by itself", async () => {
    await daemon.logs(/kalends is running/);
    await Promise.all(["all", "agency"].map((target) => daemon.logs(imported(target))));
    expect(Object.keys(household.baikal.control.objects(owner, calendarOf("agency"))).length).toBeGreaterThan(
      5,
    );
    expect(new Set(targetNames())).toEqual(new Set(["Agency", "All Events"]));
  });

  it("answers commands while it holds the data folder", async () => {
    const status = await run("status");
    expect(`${status.code} ${status.stdout}`).toMatch(/^0 daemon: running$/m);
    const json = await run("--json", "sync");
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      exitCode: 0,
      pulls: [{ outcome: "complete" }, { outcome: "complete" }, { outcome: "complete" }],
      targets: [{ target: "all" }, { target: "agency" }],
    });
    const event = meeting("Made while it runs", dayAfter(Date.now(), 2));
    household.graph.createEvent({ mailbox: household.mailboxes.agency, event });
    const plan = await run("plan");
    expect(plan.stdout).toMatch(/^agency: create .* Made while it runs {2}\(new in agency\)$/m);
    expect((await run("sync")).stdout).toMatch(/^→ agency: complete, 1 created$/m);
    expect((await run("sync", "--source", "nobody")).code).toBe(2);
  });

  it("is not joined by a second one on the same folder, which names the first", async () => {
    const { code, stderr } = await run("run");
    expect(code).toBe(5);
    expect(stderr).toContain(`in use by \`kalends run\` (process ${daemon.child.pid}`);
    expect((await run("status")).code).toBe(0);
  });

  it("takes a new name and a source switched off without a restart", async () => {
    const text = household.configuration({ pull: "0 4 * * *", log: "trace", off: ["family"] });
    await writeFile(place.configuration, text.replace("name: Agency,", "name: The Agency,"));
    await daemon.logs(/the configuration has changed and is taken over/);
    const { mailboxes, graph } = household;
    await eventually(async () => (await run("status")).stdout.includes("switched off"));
    graph.createEvent({
      mailbox: mailboxes.agency,
      event: meeting("After the edit", dayAfter(Date.now(), 3)),
    });
    const { code, stdout } = await run("sync");
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^family\//m);
    expect(new Set(targetNames())).toEqual(new Set(["All Events", "The Agency"]));
  });

  it("goes on with the last good configuration after a bad edit, and says so", async () => {
    const good = await readFile(place.configuration, "utf8");
    await writeFile(
      place.configuration,
      good.replace("kind: graph", "kind: grahp").replace("priority: 2", "priority: high"),
    );
    const line = await daemon.logs(/has mistakes; going on with the last good one/);
    expect(line).toMatch(/grahp/);
    expect(line).toMatch(/priority/);
    const { graph, mailboxes } = household;
    graph.createEvent({
      mailbox: mailboxes.company,
      event: meeting("Nevertheless", dayAfter(Date.now(), 3)),
    });
    expect((await run("sync")).stdout).toMatch(/^→ all: complete, 1 created$/m);
    const seen = daemon.lines(/is taken over/);
    await writeFile(place.configuration, good);
    await daemon.logs(/is taken over/, seen + 1);
    // What the daemon does by itself after an edit is over when this is.
    await eventually(async () => (await run("sync")).code === 0);
  });

  it("ends with exit code 0 within ten seconds, even while a server keeps it waiting", async () => {
    household.graph.addFault({ path: "calendarView", effect: { kind: "delay", ms: 600_000 } });
    const arrived = Promise.withResolvers<void>();
    stack.use(
      watchRequests(household, "arrived", ({ url }) => {
        if (url?.includes("calendarView") === true) arrived.resolve();
      }),
    );
    const client = run("sync");
    await arrived.promise;
    const from = performance.now();
    daemon.child.kill("SIGTERM");
    const { code, signal, stdout, stderr } = await daemon.ended;
    said.push(stdout, stderr);
    expect([code, signal]).toEqual([0, null]);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect((await client).code).not.toBe(0);
    household.graph.removeFaults();
    expect((await run("sync")).code).toBe(0);
  });

  it("tells no secret: in no line at level trace, no JSON answer, no error", async () => {
    const wrong = {
      ...household.environment,
      AGENCY_SECRET: "not the secret",
      BAIKAL_PASSWORD: "not the password",
    };
    for (const args of [["check"], ["--json", "sync"], ["--json", "status"], ["sync"]]) {
      const { code, stdout, stderr } = await runKalends({ ...place, environment: wrong }, args);
      said.push(stdout, stderr);
      if (args.includes("sync")) expect(code).toBe(1);
    }
    const all = said.join("\n");
    expect(all.length).toBeGreaterThan(10_000);
    expect(all).toContain('"level":30');
    const key = (await readFile(join(place.data, "installation.key"), "utf8")).trim();
    const tokens = [...sent].map((value) => value.replace(/^(Basic|Bearer) /, ""));
    expect(tokens.length).toBeGreaterThan(3);
    const digests = tokens.flatMap((value) => /response="([^"]+)"/.exec(value)?.[1] ?? []);
    const secrets = [
      ...Object.values(household.environment),
      ...Object.values(wrong),
      ...tokens,
      ...digests,
      key,
    ];
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });
});

/** Asks again until it is so; the daemon takes its time with an edit. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

function imported(target: string): RegExp {
  return new RegExp(`"target":"${target}".*"outcome":"complete".*reconciliation ended`);
}
