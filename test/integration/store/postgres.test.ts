import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../src/store/schema.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { bareDatabase } from "../../fresh-database.ts";
import { clearDatabase } from "../../unit/store/test-database.ts";
import { journalCases } from "./journal-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import type { UnderTest } from "./sample.ts";
import { sourceAuditCases } from "./source-audit-cases.ts";
import { owedCases } from "./owed-cases.ts";
import { stagingCases } from "./staging-cases.ts";
import { statusCases } from "./status-cases.ts";
import { targetCases } from "./target-cases.ts";
import { upkeepCases } from "./upkeep-cases.ts";

let store: Store;
const open = (databaseUrl: string): Promise<Store> =>
  openStore({ databaseUrl, dataFolder: "/nowhere", command: "test" });
beforeAll(async () => {
  store = await open(await bareDatabase());
});
afterAll(async () => store[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(store.db));

const underTest: UnderTest = {
  db: () => store.db,
  async fresh() {
    const pool = new Pool({ connectionString: await bareDatabase() });
    return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  },
};

describe("the store on PostgreSQL", () => {
  leaseCases(underTest);
  stagingCases(underTest);
  owedCases(underTest);
  sourceAuditCases(underTest);
  targetCases(underTest);
  statusCases(underTest);
  upkeepCases(underTest);
  journalCases(underTest);

  it("is opened by several processes at the same time", async () => {
    const url = await bareDatabase();
    const stores = await Promise.all([open(url), open(url), open(url)]);
    for (const one of stores) expect(await one.db.selectFrom("run").selectAll().execute()).toEqual([]);
    for (const one of stores) await one[Symbol.asyncDispose]();
  });
});
