import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { renameSource } from "../../../src/store/rename-source.ts";
import type { Database } from "../../../src/store/schema.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

const meetingKey = (id: string): string => JSON.stringify(["uid", null, id, null]);

/** The columns that name a source, and how. */
const carriers: Readonly<Record<string, (id: string) => string>> = {
  "account.source_id": (id) => id,
  "action.meeting_key": meetingKey,
  "action.source_id": (id) => id,
  "alert.subject": (id) => `${id}/me`,
  "alert_delivery.subject": (id) => `${id}/me`,
  "candidate.base_key": meetingKey,
  "candidate.meeting_key": meetingKey,
  "candidate.source_id": (id) => id,
  "dirty_key.meeting_key": meetingKey,
  "hold.source_id": (id) => id,
  "lease.key": (id) => `pull:${id}/me`,
  "mapping.source_id": (id) => id,
  "pin.meeting_key": meetingKey,
  "pin.stands_source": (id) => id,
  "refusal.meeting_key": meetingKey,
  "refusal.source_id": (id) => id,
  "run.key": (id) => `${id}/me`,
  "slot.meeting_key": meetingKey,
  "write_intent.decision": (id) =>
    JSON.stringify({
      kind: "keep",
      fingerprint: null,
      sourceBody: null,
      stands: { fingerprint: "f", body: null, sourceId: id },
    }),
  "write_intent.source_id": (id) => id,
};

/** Sentences and titles: they stay what they were when they were written. */
const prose = new Set(
  `account.last_error action.outcome action.reason action.summary alert.message alert_delivery.message
  candidate.summary collection.last_error collection.name dirty_key.last_error hold.reason mapping.summary
  owed.last_error refusal.reason refusal.summary run.error staged.reason target.held target.last_error
  write_intent.reason write_intent.summary`.split(/\s+/),
);

/** What names no source, with a value that the schema allows. */
const others: Readonly<Record<string, string>> = Object.fromEntries(
  `account.category_colors account.memory account.name account.translation_basis action.after_body action.before_body
  action.deviation action.kind action.run_id action.slot action.target_id alert.kind alert.stage alert_delivery.kind
  alert_delivery.state body.content body.hash candidate.ends_at candidate.fingerprint candidate.identity
  candidate.instance candidate.meeting_uid candidate.starts_at candidate.target_id collection.checkpoint
  collection.native_id collection.resume collection.round_kind:complete dirty_key.target_id hold.actions hold.approved
  hold.target_id hold.wanted lease.holder mapping.desired_fingerprint mapping.identity mapping.sink_base
  mapping.sink_etag mapping.sink_fingerprint mapping.slot mapping.source_base mapping.starts_at mapping.target_id
  owed.kind:fetch owed.native_id pin.fingerprint pin.run_id pin.source_body pin.stands pin.stands_body pin.target_id
  refusal.fingerprint refusal.target_id run.id run.kind run.outcome:complete run.summary setting.key setting.value
  slot.lost_identity slot.name slot.slot slot.target_id slot.uid staged.body_hash staged.etag staged.native_id
  staged.state:new target.href target.id target.opened_as target.sink_token write_intent.action
  write_intent.after_body write_intent.before_body write_intent.deviation write_intent.fingerprint write_intent.kind:put write_intent.name
  write_intent.run_id write_intent.target_id`
    .split(/\s+/)
    .map((entry) => {
      const [column = "", value = "x"] = entry.split(":");
      return [column, value];
    }),
);

/** Each after those that it refers to. */
const tables =
  `account collection owed body staged candidate target slot mapping dirty_key refusal write_intent hold run
  action pin lease alert alert_delivery setting`.split(/\s+/);

type Column = { readonly table: string; readonly name: string; readonly type: string };

async function columnsOf(db: Kysely<Database>): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select table_name as "table", column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely%' and is_identity = 'NO'
  `.execute(db);
  return rows;
}

async function plant(db: Kysely<Database>, columns: readonly Column[], id: string): Promise<void> {
  for (const table of tables) {
    const own = columns.filter((column) => column.table === table);
    const values = own.map(({ name, type }): string | number | boolean => {
      const column = `${table}.${name}`;
      if (type === "text") return carriers[column]?.(id) ?? others[column] ?? "a sentence";
      return type === "boolean" ? false : type.startsWith("timestamp") ? "2027-01-01T00:00:00Z" : 1;
    });
    await sql`
      insert into ${sql.table(table)} (${sql.join(own.map(({ name }) => sql.ref(name)))}) values (${sql.join(values)})
    `.execute(db);
  }
  const since = "2027-01-01T00:00:00Z";
  for (const [kind, subject] of [
    ["held", `all/${id}`],
    ["expiring", id],
  ] as const) {
    const alert = { kind, subject, message: "a sentence", since };
    await db
      .insertInto("alert")
      .values({ ...alert, stage: "", firing: true, told_at: null })
      .execute();
    await db
      .insertInto("alert_delivery")
      .values({ ...alert, state: "firing", retry_at: null })
      .execute();
  }
}

async function contentOf(db: Kysely<Database>): Promise<Map<string, string[]>> {
  const content = new Map<string, string[]>();
  for (const table of tables) {
    const { rows } = await sql<{ line: string }>`
      select row_to_json(it)::text as line from ${sql.table(table)} it
    `.execute(db);
    content.set(
      table,
      rows.map(({ line }) => line),
    );
  }
  return content;
}

it("a source's new id replaces the old one in every column that names it, and there is no other", async () => {
  const { db } = database;
  const columns = await columnsOf(db);
  // A new column needs a decision: does it name a source, and does renameSource know of it?
  expect(new Set([...Object.keys(carriers), ...prose, ...Object.keys(others)])).toEqual(
    new Set(columns.filter(({ type }) => type === "text").map(({ table, name }) => `${table}.${name}`)),
  );
  await plant(db, columns, "formerly");
  const before = await contentOf(db);
  expect(
    [...before.values()]
      .flat()
      .join("\n")
      .match(/formerly/g),
  ).toHaveLength(Object.keys(carriers).length + 4);
  expect(await renameSource(db, "formerly", "now")).toBe(true);
  const expected = [...before].map(
    ([table, lines]) => [table, lines.map((line) => line.replaceAll("formerly", "now")).toSorted()] as const,
  );
  expect([...(await contentOf(db))].map(([table, lines]) => [table, lines.toSorted()])).toEqual(expected);
});
