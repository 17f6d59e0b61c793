import { type Kysely, sql } from "kysely";

/** The colours that a mailbox gives its categories. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw("alter table account add column category_colors text").execute(db);
}
