import { type Kysely, sql } from "kysely";
import type { Database } from "../../../src/store/schema.ts";

/** Of each column that names something: the text in which it does, by that thing's id. */
export type Carriers = Readonly<Record<string, (id: string) => string>>;

type Column = { readonly table: string; readonly name: string; readonly type: string };

const meetingKey = (id: string): string => JSON.stringify(["uid", null, id, null]);

/** The columns that name a source, and how. */
export const sourceCarriers: Carriers = {
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

/** The columns that name a target, and how. */
export const targetCarriers: Carriers = {
  "action.target_id": (id) => id,
  "alert.subject": (id) => id,
  "alert_delivery.subject": (id) => id,
  "candidate.target_id": (id) => id,
  "dirty_key.target_id": (id) => id,
  "hold.target_id": (id) => id,
  "lease.key": (id) => `target:${id}`,
  "mapping.target_id": (id) => id,
  "pin.target_id": (id) => id,
  "refusal.target_id": (id) => id,
  "run.key": (id) => id,
  "slot.target_id": (id) => id,
  "target.id": (id) => id,
  "write_intent.target_id": (id) => id,
};

/** Sentences and titles: they stay what they were when they were written. */
export const prose = new Set(
  `account.last_error action.outcome action.reason action.summary alert.message alert_delivery.message
  candidate.summary collection.last_error collection.name dirty_key.last_error hold.reason mapping.summary
  owed.last_error refusal.reason refusal.summary run.error staged.reason target.held target.last_error
  write_intent.reason write_intent.summary`.split(/\s+/),
);

/** What names neither, with a value that the schema allows. */
export const others: Readonly<Record<string, string>> = Object.fromEntries(
  `account.category_colors account.memory account.name account.translation_basis action.after_body action.before_body
  action.deviation action.kind action.run_id action.slot alert.kind alert.stage alert_delivery.kind
  alert_delivery.state body.content body.hash candidate.ends_at candidate.fingerprint candidate.identity
  candidate.instance candidate.meeting_uid candidate.starts_at collection.checkpoint
  collection.native_id collection.resume collection.round_kind:complete hold.actions hold.approved
  hold.wanted lease.holder mapping.desired_fingerprint mapping.identity mapping.sink_base
  mapping.sink_etag mapping.sink_fingerprint mapping.slot mapping.source_base mapping.starts_at   owed.kind:fetch owed.native_id pin.fingerprint pin.run_id pin.source_body pin.stands pin.stands_body   refusal.fingerprint run.id run.kind run.outcome:complete run.summary setting.key setting.value
  slot.lost_identity slot.name slot.slot slot.uid staged.body_hash staged.etag staged.native_id
  staged.state:new target.href target.opened_as target.sink_token write_intent.action
  write_intent.after_body write_intent.before_body write_intent.deviation write_intent.fingerprint write_intent.kind:put write_intent.name
  write_intent.run_id`
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

/** Every column but those that number themselves. */
export async function columnsOf(db: Kysely<Database>): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select table_name as "table", column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely%' and is_identity = 'NO'
  `.execute(db);
  return rows;
}

/** A row in each table, in which `carriers` name `id`. */
export async function plant(db: Kysely<Database>, carriers: Carriers, id: string): Promise<void> {
  const columns = await columnsOf(db);
  for (const table of tables) {
    const own = columns.filter((column) => column.table === table);
    const values = own.map(({ name, type }): string | number | boolean => {
      const column = `${table}.${name}`;
      if (type === "text")
        return carriers[column]?.(id) ?? others[column] ?? (prose.has(column) ? "a sentence" : "x");
      return type === "boolean" ? false : type.startsWith("timestamp") ? "2027-01-01T00:00:00Z" : 1;
    });
    await sql`
      insert into ${sql.table(table)} (${sql.join(own.map(({ name }) => sql.ref(name)))}) values (${sql.join(values)})
    `.execute(db);
  }
}

/** An alert that is on and still to be delivered. */
export async function plantAlert(db: Kysely<Database>, kind: string, subject: string): Promise<void> {
  const alert = { kind, subject, message: "a sentence", since: "2027-01-01T00:00:00Z" };
  await db
    .insertInto("alert")
    .values({ ...alert, stage: "", firing: true, told_at: null })
    .execute();
  await db
    .insertInto("alert_delivery")
    .values({ ...alert, state: "firing", retry_at: null })
    .execute();
}

/** The rows of every table as text, sorted. */
export async function contentOf(db: Kysely<Database>): Promise<Map<string, string[]>> {
  const content = new Map<string, string[]>();
  for (const table of tables) {
    const { rows } = await sql<{ line: string }>`
      select row_to_json(it)::text as line from ${sql.table(table)} it
    `.execute(db);
    content.set(table, rows.map(({ line }) => line).toSorted());
  }
  return content;
}

/** How often an id stands in all of that. */
export function countNamed(content: ReadonlyMap<string, readonly string[]>, id: string): number {
  return [...content.values()].flat().join("\n").split(id).length - 1;
}

/** The same content with another id in it. */
export function renamed(
  content: ReadonlyMap<string, readonly string[]>,
  was: string,
  id: string,
): Map<string, string[]> {
  return new Map(
    [...content].map(([table, lines]) => [table, lines.map((line) => line.replaceAll(was, id)).toSorted()]),
  );
}
