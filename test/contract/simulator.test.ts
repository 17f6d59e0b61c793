import { afterAll, describe } from "vitest";
import { caldavRoundTripContract } from "./caldav-round-trips.ts";
import { caldavSinkContract } from "./caldav-sink.ts";
import { caldavSourceContract } from "./caldav-source.ts";
import { startSimulator } from "./servers/simulator.ts";

await using starting = new AsyncDisposableStack();
const baikal = starting.use(await startSimulator("baikal"));
const plain = starting.use(await startSimulator("plain"));
const icloud = starting.use(await startSimulator("icloud"));
const listsSilently = starting.use(
  await startSimulator("plain", { expiredToken: "full-listing", syncPageSize: 7, truncation: "silent" }),
);
const failsOnTokens = starting.use(
  await startSimulator("plain", { expiredToken: "500", multigetMissing: "omit" }),
);
const withoutSync = starting.use(
  await startSimulator("plain", { syncCollection: false, etagOnPut: "never" }),
);
const running = starting.move();
afterAll(() => running.disposeAsync());

describe("the simulators as sources", () => {
  for (const server of [baikal, plain, icloud, listsSilently, failsOnTokens, withoutSync]) {
    caldavSourceContract(server);
  }
});

describe("the simulators as sinks", () => {
  for (const server of [baikal, plain, withoutSync]) caldavSinkContract(server);
  for (const server of [baikal, withoutSync]) caldavRoundTripContract(server);
});
