import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("of a process that can start PostgreSQL is the one that was set", () => {
  const server = new URL("postgres-server.ts", import.meta.url).href;
  const script = `await import(${JSON.stringify(server)}); process.exitCode = 3;`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
  expect(status).toBe(3);
});
