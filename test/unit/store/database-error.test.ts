import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { describeError, exitCodeOf } from "../../../src/cli/command-error.ts";
import { DatabaseUnreachableError } from "../../../src/store/database-error.ts";
import { openStore } from "../../../src/store/store.ts";

/** A port on which nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("It has no port.");
  return address.port;
}

it("a database that cannot be reached is named without its password, with what to do, and is tried again", async () => {
  const port = await closedPort();
  const databaseUrl = `postgres://kalends:hunter2@127.0.0.1:${port}/kalends`;
  const error: unknown = await openStore({ databaseUrl, dataFolder: "", command: "sync" }).catch(
    (caught: unknown) => caught,
  );
  expect(describeError(error)).toBe(
    `The database at 127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}.\n` +
      "See that PostgreSQL runs there and that DATABASE_URL leads to it, and start the command again.",
  );
  expect(exitCodeOf(error)).toBe(3);
});

it("a database whose host has several addresses is told with the reason of each", () => {
  const why = new AggregateError([
    new Error("connect ECONNREFUSED ::1:5"),
    new Error("connect ETIMEDOUT 127.0.0.1:5"),
  ]);
  expect(new DatabaseUnreachableError("localhost", 5, why).message).toBe(
    "The database at localhost:5 cannot be reached: connect ECONNREFUSED ::1:5, connect ETIMEDOUT 127.0.0.1:5.",
  );
});
