import { inject } from "vitest";
import { makeDatabase } from "./make-database.ts";

/** Makes a database for one test file on the PostgreSQL that all share, migrated and empty, and returns its URL. */
export function freshDatabase(): Promise<string> {
  const { url, migrated } = inject("postgres");
  return makeDatabase(url, migrated);
}
