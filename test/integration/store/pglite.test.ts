import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FolderLockedError } from "../../../src/store/folder-lock.ts";
import type { Database } from "../../../src/store/schema.ts";
import { openStore } from "../../../src/store/store.ts";
import { temporaryFolder } from "../../contract/servers/temporary-folder.ts";
import {
  clearDatabase,
  openEmbeddedTestDatabase,
  type TestDatabase,
} from "../../unit/store/test-database.ts";
import { journalCases } from "./journal-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import type { UnderTest } from "./sample.ts";
import { sourceAuditCases } from "./source-audit-cases.ts";
import { owedCases } from "./owed-cases.ts";
import { stagingCases } from "./staging-cases.ts";
import { statusCases } from "./status-cases.ts";
import { targetCases } from "./target-cases.ts";
import { upkeepCases } from "./upkeep-cases.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openEmbeddedTestDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const underTest: UnderTest = {
  db: () => database.db,
  fresh: async () => new Kysely<Database>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) }),
};

describe("the store on PGlite", () => {
  leaseCases(underTest);
  stagingCases(underTest);
  owedCases(underTest);
  sourceAuditCases(underTest);
  targetCases(underTest);
  statusCases(underTest);
  upkeepCases(underTest);
  journalCases(underTest);

  it("is one process's at a time, and still there when it is opened again", async () => {
    await using folder = await temporaryFolder("store");
    const open = () => openStore({ databaseUrl: null, dataFolder: folder.path, command: "run" });
    {
      await using store = await open();
      await expect(open()).rejects.toThrow(FolderLockedError);
      await store.db.insertInto("setting").values({ key: "k", value: "kept" }).execute();
    }
    await using again = await open();
    expect(await again.db.selectFrom("setting").select("value").execute()).toEqual([{ value: "kept" }]);
  });
});
