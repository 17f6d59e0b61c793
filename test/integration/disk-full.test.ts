import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { cp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { owner, startHousehold } from "../../simulator/household.ts";
import { databaseTrouble } from "../../src/store/database-error.ts";
import { openStore } from "../../src/store/store.ts";
import { fillDataFolder } from "./empty-data-folder.ts";
import { calendarOf } from "./installation.ts";
import { type ProcessOptions, runKalends, startKalends } from "./kalends-process.ts";
import { dayAfter, meeting } from "./people-and-times.ts";

/** A file system of its own, so small that it can be filled. Only root may make one. */
interface SmallDisk extends Disposable {
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
}

const [mount, umount] = ["/bin/mount", "/bin/umount"] as const;

function mountSmallDisk(megabytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), "kalends-disk-"));
  try {
    execFileSync(mount, ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmdirSync(path);
    return null;
  }
  const filler = join(path, "filler");
  return {
    path,
    async fill() {
      const { bavail, bsize } = await statfs(path);
      // Others write meanwhile: what is refused at the end is as full.
      await writeFile(filler, Buffer.alloc(bavail * bsize)).catch(() => undefined);
    },
    makeRoom: () => rm(filler, { force: true }),
    [Symbol.dispose]() {
      execFileSync(umount, ["--lazy", path]);
      rmdirSync(path);
    },
  };
}

const probe = mountSmallDisk(1);
probe?.[Symbol.dispose]();

if (probe === null) {
  it("of its own cannot be made by this user (KALENDS_REQUIRE_SERVERS=1 makes that a failure)", () => {
    expect(process.env["KALENDS_REQUIRE_SERVERS"], "Run as root.").not.toBe("1");
  });
}

describe.runIf(probe !== null)("a disk that is full", { timeout: 120_000 }, () => {
  it("under the embedded database and the log file loses nothing, says what to do, and goes on when there is room", async () => {
    using disk = mountSmallDisk(100);
    if (disk === null) throw new Error("no disk");
    await using household = await startHousehold(disk.path, { agency: 4, company: 4, family: 4 });
    const data = join(disk.path, "data");
    const logs = join(disk.path, "logs");
    mkdirSync(logs);
    const place: ProcessOptions = {
      configuration: join(disk.path, "sources.yaml"),
      data,
      environment: household.environment,
    };
    const text = household.configuration({ pull: "0 4 * * *" });
    await writeFile(place.configuration, `${text}\nlog: { file: "${join(logs, "kalends.log")}" }\n`);
    await fillDataFolder(data);

    await using stack = new AsyncDisposableStack();
    const daemon = startKalends(place, ["run"]);
    stack.defer(async () => {
      daemon.child.kill("SIGKILL");
      await daemon.ended;
    });
    await Promise.all(["all", "agency"].map((target) => daemon.logs(reconciled(target))));

    await disk.fill();
    for (let number = 0; number < 100; number += 1) {
      const event = meeting(`Event ${number}`, dayAfter(Date.now(), 1 + number));
      const body = { contentType: "text", content: `${number} `.repeat(1500) } as const;
      household.graph.createEvent({ mailbox: household.mailboxes.company, event: { ...event, body } });
    }
    const full = await runKalends(place, ["sync"]);
    expect(full.code).toBe(3);
    expect(full.stdout).toMatch(/^company\/.*: incomplete/m);
    expect(full.stdout).toMatch(
      /No space left on device\. The disk is full: make room where the data folder/,
    );

    await disk.makeRoom();
    const after = await runKalends(place, ["sync"]);
    expect(`${after.code} ${after.stdout}`).toMatch(/^0 /);
    const bodies = Object.values(household.baikal.control.objects(owner, calendarOf("all"))).map(
      ({ body }) => body,
    );
    for (let number = 0; number < 100; number += 1)
      expect(bodies.filter((body) => body.includes(`SUMMARY:Event ${number}\r\n`))).toHaveLength(1);
    daemon.child.kill("SIGTERM");
    expect((await daemon.ended).code).toBe(0);

    await disk.fill();
    const command = await runKalends(place, ["status"]);
    expect(`${command.code} ${command.stderr}`).toMatch(/^1 [^]*The disk is full: make room/);
    await disk.makeRoom();
    expect((await runKalends(place, ["sync"])).code).toBe(0);
  });

  it("under the embedded database's own log is told, as nothing is answered any more; what was committed is there", async () => {
    using disk = mountSmallDisk(160);
    if (disk === null) throw new Error("no disk");
    const data = join(disk.path, "data");
    await fillDataFolder(data);
    const broken = Promise.withResolvers<Error>();
    const options = { databaseUrl: null, dataFolder: data, command: "test" };
    const { db } = await openStore({ ...options, onPanic: broken.resolve });
    const put = (key: string) => db.insertInto("setting").values({ key, value: "" }).execute();
    await put("before");
    await disk.fill();
    // The next record begins a new file of the log.
    await sql`select pg_switch_wal()`.execute(db);
    await expect(put("never")).rejects.toThrow(/No space left on device/);
    const error = await broken.promise;
    expect(databaseTrouble(error)?.remedy).toMatch(/^The disk is full: make room/);

    await disk.makeRoom();
    const copy = join(disk.path, "copy");
    await cp(join(data, "pglite"), join(copy, "pglite"), { recursive: true });
    await using again = await openStore({ ...options, dataFolder: copy });
    const rows = await again.db
      .selectFrom("setting")
      .select("key")
      .where("key", "in", ["before", "never"])
      .execute();
    expect(rows).toEqual([{ key: "before" }]);
  });
});

function reconciled(target: string): RegExp {
  return new RegExp(`"target":"${target}".*"outcome":"complete".*reconciliation ended`);
}
