import { sql } from "kysely";
import type { World } from "./world.ts";

/** Name of the object of a meeting. */
export const nameOf = (world: World, uid: string): string => world.nameOf(uid);
/** What stands there for a meeting; nothing where nothing does. */
export const bodyOf = (world: World, uid: string): string =>
  world.sink.objects.get(world.nameOf(uid))?.ics ?? "";
/** Somebody changes an object in the target. */
export const edit = (world: World, uid: string): void =>
  world.sink.place(nameOf(world, uid), bodyOf(world, uid).replace(/SUMMARY:.*/, "SUMMARY:by phone"));

/** The slot of a meeting. */
export const slotOf = (world: World, uid: string): string => world.nameOf(uid).replace(".ics", "");

/** A change behind the back of Kalends to an event called "b at home" in one row, or in the target. */
type Tampering = {
  readonly what: string;
  /** What the audit calls it: kind and title. */
  readonly found: readonly string[];
  readonly tamper: (world: World) => Promise<unknown> | void;
  /** Requests that change the target, for the repair. */
  readonly writes: number;
};

/** Whatever may be changed in the tables of a target, or in the target itself. */
export const tamperings: readonly Tampering[] = [
  {
    what: "a mapping row deleted",
    found: ["orphan b at home"],
    tamper: ({ db }) => db.deleteFrom("mapping").where("summary", "=", "b at home").execute(),
    writes: 0,
  },
  {
    what: "a mapping and its slot deleted",
    found: ["orphan b at home"],
    tamper: async (world) => {
      await world.db.deleteFrom("mapping").where("slot", "=", slotOf(world, "b")).execute();
      await world.db.deleteFrom("slot").where("slot", "=", slotOf(world, "b")).execute();
    },
    writes: 0,
  },
  {
    what: "a slot without its key",
    found: ["missing b at home", "orphan b at home"],
    tamper: (world) =>
      world.db
        .updateTable("slot")
        .set({ meeting_key: null })
        .where("slot", "=", slotOf(world, "b"))
        .execute(),
    writes: 0,
  },
  {
    what: "an ETag changed in the database",
    found: ["stale ETag b at home"],
    tamper: (world) =>
      world.db
        .updateTable("mapping")
        .set({ sink_etag: '"no"' })
        .where("slot", "=", slotOf(world, "b"))
        .execute(),
    writes: 0,
  },
  {
    what: "the fingerprint of what the target gave back changed",
    found: ["altered b at home"],
    tamper: (world) =>
      world.db
        .updateTable("mapping")
        .set({ sink_fingerprint: "x" })
        .where("slot", "=", slotOf(world, "b"))
        .execute(),
    writes: 0,
  },
  {
    what: "the fingerprint of what is wanted changed",
    found: ["altered b at home"],
    tamper: (world) =>
      world.db
        .updateTable("mapping")
        .set({ desired_fingerprint: "x" })
        .where("slot", "=", slotOf(world, "b"))
        .execute(),
    writes: 1,
  },
  {
    what: "the owner of a mapping changed",
    found: ["altered b at home"],
    tamper: (world) =>
      world.db.updateTable("mapping").set({ identity: "x" }).where("slot", "=", slotOf(world, "b")).execute(),
    writes: 0,
  },
  {
    what: "a candidate row deleted",
    found: ["extra b at home", "missing ?"],
    tamper: ({ db }) => db.deleteFrom("candidate").where("summary", "=", "b at home").execute(),
    writes: 0,
  },
  {
    what: "the candidate row of a shadowed event deleted",
    found: ["missing ?"],
    tamper: ({ db }) => db.deleteFrom("candidate").where("summary", "=", "a at work").execute(),
    writes: 0,
  },
  {
    what: "the fingerprint of a candidate changed",
    found: ["altered b at home"],
    tamper: ({ db }) =>
      db.updateTable("candidate").set({ fingerprint: "x" }).where("summary", "=", "b at home").execute(),
    writes: 0,
  },
  {
    what: "a staged event called skipped",
    found: ["missing ?"],
    tamper: ({ db }) =>
      sql`update staged set state = 'skipped' from candidate
          where candidate.staged_id = staged.id and candidate.summary = 'b at home'`.execute(db),
    writes: 0,
  },
  {
    what: "a candidate row deleted, and its event called skipped",
    found: ["extra b at home"],
    tamper: async ({ db }) => {
      await sql`update staged set state = 'skipped' from candidate
                where candidate.staged_id = staged.id and candidate.summary = 'b at home'`.execute(db);
      await db.deleteFrom("candidate").where("summary", "=", "b at home").execute();
    },
    writes: 0,
  },
  {
    what: "an object removed by a person",
    found: ["missing b at home"],
    tamper: (world) => world.sink.take(nameOf(world, "b")),
    writes: 1,
  },
  {
    what: "an object changed by a person",
    found: ["altered b at home"],
    tamper: (world) => edit(world, "b"),
    writes: 1,
  },
  {
    what: "an object written again as it is",
    found: ["stale ETag b at home"],
    tamper: (world) => world.sink.place(nameOf(world, "b"), bodyOf(world, "b")),
    writes: 0,
  },
  {
    what: "an object moved to another name",
    found: ["missing b at home", "orphan b at home"],
    tamper: (world) => {
      const ics = bodyOf(world, "b");
      world.sink.take(nameOf(world, "b"));
      world.sink.place("moved.ics", ics);
    },
    writes: 0,
  },
];
