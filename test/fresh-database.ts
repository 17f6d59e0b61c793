import { inject } from "vitest";
import { makeDatabase } from "./make-database.ts";

/** Makes a database for one test file on the PostgreSQL that all share, migrated and empty, and returns its URL. */
export function freshDatabase(): Promise<string> {
  const { url, migrated } = inject("postgres");
  return makeDatabase(url, migrated);
}

/** Makes one there without a single table, as a user's first start finds it, and returns its URL. */
export function bareDatabase(): Promise<string> {
  return makeDatabase(inject("postgres").url);
}
