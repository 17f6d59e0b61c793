import type { Kysely } from "kysely";
import { pino } from "pino";
import { meetingKey, slotName, slotValue } from "../../../src/calendar/slot.ts";
import type { ConfiguredAccount, Context } from "../../../src/reconcile/context.ts";
import { pullAccount, type PullResult } from "../../../src/reconcile/pull/pull.ts";
import {
  type ReconcileOptions,
  type ReconcileResult,
  reconcileTarget,
} from "../../../src/reconcile/reconcile.ts";
import { accountsInUse } from "../../../src/reconcile/account-in-use.ts";
import { registerConfiguration } from "../../../src/reconcile/sync.ts";
import { releaseAllLeases } from "../../../src/store/leases.ts";
import type { Database } from "../../../src/store/schema.ts";
import { clearDatabase } from "../store/test-database.ts";
import { FakeAccount, type IdStyle } from "./fake-account.ts";
import { FakeTarget } from "./fake-target.ts";
import { Faults, Killed, MortalPlugin, type Point, type Script } from "./faults.ts";

export type AccountSpec = {
  readonly id: string;
  readonly style: IdStyle;
  readonly calendars: readonly string[];
  readonly priority: number;
  readonly apart?: boolean;
};

const installationKey = Buffer.from("an installation key for tests only");
export const target = { id: "all", was: null, name: "All", color: null } as const;

/** Accounts, one target and a database, and the steps of the daemon over them. */
export class World {
  readonly sink: FakeTarget;
  readonly accounts = new Map<string, FakeAccount>();
  readonly context: Context;
  /** Without the plugin that kills. */
  readonly db: Kysely<Database>;
  #configured: ConfiguredAccount[];
  #switchedOff: Context["switchedOff"] = [];
  #faults = new Faults({});
  #now = Date.parse("2027-01-01T00:00:00.000Z");
  #uptime = 0;

  constructor(db: Kysely<Database>, specs: readonly AccountSpec[]) {
    this.db = db;
    const faults = (): Faults => this.#faults;
    this.sink = new FakeTarget(faults);
    this.#configured = specs.map(({ id, style, calendars, priority, apart }, order) => {
      const source = new FakeAccount(style, calendars, faults);
      this.accounts.set(id, source);
      return {
        sourceId: id,
        name: "me",
        source,
        targetId: target.id,
        priority,
        order,
        apart: apart ?? false,
        pullFloorMs: 0,
      };
    });
    const now = (): number => {
      this.#now += 1;
      return this.#now;
    };
    const configured = (): readonly ConfiguredAccount[] => this.#configured;
    const switchedOff = (): Context["switchedOff"] => this.#switchedOff;
    this.context = {
      db: db.withPlugin(new MortalPlugin(faults)),
      clock: { now, uptime: () => this.#uptime, sleep: () => Promise.resolve() },
      log: pino({ enabled: false }),
      holder: "test",
      installationKey,
      zone: "UTC",
      window: () => ({ from: "2026-10-01T00:00:00.000Z", until: "2028-07-01T00:00:00.000Z" }),
      get accounts() {
        return configured();
      },
      get switchedOff() {
        return switchedOff();
      },
      translatorOf: () => this.account(specs[0]?.id ?? "").translator,
      targets: [target],
      guardLimits: () => ({ removals: 10, removalShare: 0.1, emptying: 5, rewrites: 10, rewriteShare: 0.5 }),
      journal: { keepDays: 30, maxBytes: 1e6 },
      sink: this.sink,
      progress: () => undefined,
    };
  }

  /** The troubles of the process that runs now. */
  get faults(): Faults {
    return this.#faults;
  }

  account(id: string): FakeAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  }

  /** Takes a source out of the configuration, or changes what it says. */
  configure(change: (accounts: readonly ConfiguredAccount[]) => ConfiguredAccount[]): void {
    this.#configured = change(this.#configured);
  }

  /** Sets `enabled: false` for a source that was configured. */
  switchOff(id: string): void {
    this.#configured = this.#configured.filter(({ sourceId }) => sourceId !== id);
    this.#switchedOff = [...this.#switchedOff, { sourceId: id, targetId: target.id }];
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#now += ms;
    this.#uptime += ms;
  }

  /** Sets the clock, either way; no time passes. */
  setClock(byMs: number): void {
    this.#now += byMs;
  }

  /** A new process, a quarter of an hour later: sees the listing of calendars again. */
  async start(
    script: Script = {},
    queriesUntilKilled?: number,
    stopsAt?: (point: Point) => boolean,
  ): Promise<void> {
    this.#faults = new Faults({});
    this.#now += 16 * 60_000;
    await releaseAllLeases(this.db);
    await registerConfiguration(this.context);
    this.#faults = new Faults(script, queriesUntilKilled, stopsAt);
  }

  async pull(id: string): Promise<PullResult> {
    const found = (await accountsInUse(this.context)).find(({ configured }) => configured.sourceId === id);
    if (found === undefined) throw new Error(`no account ${id}`);
    return pullAccount(this.context, found.configured, found.account, this.#faults.signal);
  }

  async reconcile(options: ReconcileOptions = {}): Promise<ReconcileResult> {
    return reconcileTarget(this.context, target, this.#faults.signal, options);
  }

  /** All that the daemon does in one round. */
  async run(): Promise<{ pulls: PullResult[]; result: ReconcileResult }> {
    const pulls: PullResult[] = [];
    for (const { sourceId } of this.#configured) pulls.push(await this.pull(sourceId));
    return { pulls, result: await this.reconcile() };
  }

  /** The same in a process of its own that may meet with anything. */
  async troubledRun(script: Script, queriesUntilKilled?: number): Promise<void> {
    await this.start(script, queriesUntilKilled);
    try {
      await this.run();
    } catch (error) {
      const isExpected =
        error instanceof Killed || (error instanceof DOMException && error.name === "AbortError");
      if (!isExpected) throw error;
    }
  }

  /** Runs without trouble until nothing happens any more. */
  async settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await this.start();
      const before = this.sink.requests;
      const { pulls, result } = await this.run();
      const staged = pulls.reduce((sum, pull) => sum + pull.staged + pull.tombstones + pull.owed, 0);
      if (staged === 0 && result.outcome === "idle" && this.sink.requests === before) return;
      if (result.outcome === "held")
        throw new Error(`held: ${JSON.stringify([result.errors, result.holds])}`);
    }
    throw new Error("it does not come to rest");
  }

  async loseDatabase(): Promise<void> {
    await clearDatabase(this.db);
  }

  /** Name that the object of a meeting has, as long as no account has it twice. */
  nameOf(uid: string): string {
    const key = meetingKey({ meetingUid: uid, instance: null, apart: null, extra: null });
    return slotName(slotValue(installationKey, target.id, key));
  }
}
