import { type Kysely, sql } from "kysely";

/** The colours that a mailbox gives its categories, and which fingerprints the mappings of a target hold. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table account add column category_colors text`,
  `alter table target add column fingerprint_version integer`,
];
