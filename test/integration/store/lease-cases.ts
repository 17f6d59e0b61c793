import { randomUUID } from "node:crypto";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { type Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InstallationKeyError, installationKey } from "../../../src/store/installation-key.ts";
import {
  keepLease,
  leaseSeconds,
  releaseAllLeases,
  releaseLease,
  takeLease,
} from "../../../src/store/leases.ts";
import { migrate } from "../../../src/store/migrate.ts";
import type { Database } from "../../../src/store/schema.ts";
import type { UnderTest } from "./sample.ts";

const runOut = (db: Kysely<Database>): Promise<unknown> =>
  sql`update lease set expires_at = now() - make_interval(secs => 1)`.execute(db);

/** What several processes on one database rely on. */
export function leaseCases({ db, fresh }: UnderTest): void {
  describe("a lease", () => {
    it("is held by one, renewed, given back, and taken by the next with a higher epoch", async () => {
      const first = await takeLease(db(), "key", "a");
      if (first === null) throw new Error("it was free");
      expect(await takeLease(db(), "key", "b")).toBeNull();
      expect(await takeLease(db(), "key", "a")).toBeNull();
      expect(await keepLease(db(), first)).toBe(true);
      await releaseLease(db(), first);
      expect(await keepLease(db(), first)).toBe(false);
      const second = await takeLease(db(), "key", "b");
      expect(second).toEqual({ key: "key", holder: "b", epoch: first.epoch + 1 });
    });

    it("that ran out is lost for its holder, who cannot renew it nor give back the next one's", async () => {
      const first = await takeLease(db(), "key", "a");
      if (first === null) throw new Error("it was free");
      await runOut(db());
      expect(await keepLease(db(), first)).toBe(false);
      const second = await takeLease(db(), "key", "a");
      if (second === null) throw new Error("it had run out");
      expect(second.epoch).toBe(first.epoch + 1);
      expect(await keepLease(db(), first)).toBe(false);
      await releaseLease(db(), first);
      expect(await keepLease(db(), second)).toBe(true);
    });

    it("lasts its time from each renewal", async () => {
      const lease = await takeLease(db(), "key", "a");
      if (lease === null) throw new Error("it was free");
      await sql`update lease set expires_at = now() + make_interval(secs => 1)`.execute(db());
      await keepLease(db(), lease);
      const left = sql<number>`extract(epoch from expires_at - now())::float`;
      const row = await db().selectFrom("lease").select(left.as("left")).executeTakeFirstOrThrow();
      expect(row.left).toBeGreaterThan(leaseSeconds - 10);
      expect(row.left).toBeLessThanOrEqual(leaseSeconds);
    });

    it.each(["free", "run out"])("that is %s is given to one of many who ask at once", async (state) => {
      if (state === "run out") {
        await takeLease(db(), "key", "dead");
        await runOut(db());
      }
      const leases = await Promise.all(
        Array.from({ length: 8 }, (_, index) => takeLease(db(), "key", `holder ${index}`)),
      );
      expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
    });

    it("outlives its holder by no more than its time when the clock was set back, and is free when given back", async () => {
      await takeLease(db(), "dead", "a");
      await sql`update lease set expires_at = now() + interval '5 years'`.execute(db());
      expect(await takeLease(db(), "dead", "b")).toBeNull();
      const left = sql<number>`extract(epoch from expires_at - now())::float`;
      const row = await db().selectFrom("lease").select(left.as("left")).executeTakeFirstOrThrow();
      expect(row.left).toBeLessThanOrEqual(leaseSeconds);
      const given = await takeLease(db(), "given back", "a");
      if (given === null) throw new Error("it was free");
      await releaseLease(db(), given);
      const [{ ended } = { ended: null }] = await db()
        .selectFrom("lease")
        .select(sql<boolean>`expires_at < now() - interval '50 years'`.as("ended"))
        .where("key", "=", "given back")
        .execute();
      expect(ended).toBe(true);
    });

    it("of one key says nothing of another; all of a dead process are given free at once", async () => {
      const first = await takeLease(db(), "one", "a");
      expect(await takeLease(db(), "two", "b")).not.toBeNull();
      await releaseAllLeases(db());
      expect(await takeLease(db(), "one", "c")).toMatchObject({ epoch: (first?.epoch ?? 0) + 1 });
      expect(await takeLease(db(), "two", "c")).not.toBeNull();
    });
  });

  describe("the installation key", () => {
    let path: string;
    beforeEach(() => {
      path = join(tmpdir(), `kalends-key-${randomUUID()}`, "installation.key");
    });
    afterEach(() => rm(join(path, ".."), { recursive: true, force: true }));

    it("is made once, for its owner's eyes, and found again", async () => {
      const key = await installationKey(db(), path);
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await installationKey(db(), path)).toBe(key);
    });

    it("is taken as it is by a new database", async () => {
      const key = await installationKey(db(), path);
      await db().deleteFrom("setting").execute();
      expect(await installationKey(db(), path)).toBe(key);
    });

    it("is refused when it is missing, and not made anew", async () => {
      await installationKey(db(), path);
      await rm(path);
      await expect(installationKey(db(), path)).rejects.toThrow(InstallationKeyError);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
    });

    it.each([
      ["different", "0".repeat(64), /not the one/],
      ["too short", "0".repeat(31), /too short/],
      ["empty", "", /too short/],
    ])("is refused when it is %s, and never shown", async (_, content, message) => {
      await installationKey(db(), path);
      await writeFile(path, content);
      const error: unknown = await installationKey(db(), path).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InstallationKeyError);
      expect(String(error)).toMatch(message);
      if (content !== "") expect(String(error)).not.toContain(content);
    });

    it("of two processes that make one each at the same time, only one counts", async () => {
      const outcomes = await Promise.allSettled([
        installationKey(db(), path),
        installationKey(db(), `${path}.other`),
      ]);
      const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      expect(refused).toEqual([expect.any(InstallationKeyError)]);
    });
  });

  describe("migrations", () => {
    it("run once, however often and by however many they are started", async () => {
      await using empty = await fresh();
      await Promise.all([migrate(empty), migrate(empty), migrate(empty)]);
      await empty.insertInto("setting").values({ key: "k", value: "v" }).execute();
      await migrate(empty);
      expect(await empty.selectFrom("setting").selectAll().execute()).toEqual([{ key: "k", value: "v" }]);
    });
  });
}
