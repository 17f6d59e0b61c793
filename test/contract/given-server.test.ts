import { expect, it } from "vitest";
import { givenServer, runSuites } from "./run-contracts.ts";

const server = givenServer();

if (server === null) {
  it("no server is named by KALENDS_TEST_CALDAV_URL", () => expect(server).toBeNull());
} else {
  runSuites(server);
}
