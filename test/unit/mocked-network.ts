import nock from "nock";
import { afterEach, beforeEach } from "vitest";

// Importing it takes over the network at once, and the files of a worker have one in common.
nock.restore();

/** Has nock answer for the whole network in every test of a file, and in none of another. */
export function mockNetwork(): void {
  beforeEach(() => {
    nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  });
}
