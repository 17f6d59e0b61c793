import { randomUUID } from "node:crypto";
import { afterAll, onTestFinished } from "vitest";
import type { SinkConfig } from "../../src/config/config.ts";
import { urlOfHref } from "../../src/dav/href.ts";
import { createTransport } from "../../src/http/node-transport.ts";
import { createSink } from "../../src/sink/caldav-sink.ts";
import type { Sink, TargetCollection, TargetSpec } from "../../src/sink/sink.ts";
import { eventText } from "./event-text.ts";
import { createOtherClient } from "./other-client.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

const signal = AbortSignal.timeout(600_000);

/** A target that no other test uses. */
export const newSpec = (overrides: Partial<TargetSpec> = {}): TargetSpec => {
  return { id: randomUUID(), name: "Consolidated", color: "#2563EB", writable: false, ...overrides };
};

/** Creates an object, and throws where that does not succeed. */
export const createOne = async (target: TargetCollection, name: string, summary = "Meeting") => {
  const uid = `${name}-${target.href}`;
  const outcome = await target.create(name, eventText({ uid, summary }), signal);
  if (outcome.kind !== "written") throw new Error(`create ${name}: ${JSON.stringify(outcome)}`);
  return { ...outcome, uid };
};

/** Ways to open sinks on a server; call it inside a describe. What a test opens or makes goes when the test is over. */
export function sinksOn(server: ServerUnderTest) {
  const other = createOtherClient(server);
  afterAll(() => other[Symbol.asyncDispose]());

  const open = (make: typeof createSink, overrides: Partial<SinkConfig>): Sink => {
    const config = {
      url: server.url,
      credentials: server.credentials,
      auth: server.auth,
      ca: null,
      phone: null,
    };
    const sink = make(
      { ...config, ...overrides },
      {
        transport: createTransport(),
        retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 10, maxTotalWaitMs: 50 },
      },
    );
    onTestFinished(() => sink[Symbol.asyncDispose]());
    return sink;
  };
  const openSink = (overrides: Partial<SinkConfig> = {}) => open(createSink, overrides);

  const urlOf = async (target: TargetCollection) => urlOfHref(target.href, await other.home());

  const openTarget = async (sink: Sink, spec: TargetSpec, bound: string | null = null) => {
    const target = await sink.openTarget(spec, bound, signal);
    if (target.created) onTestFinished(async () => other.remove(await urlOf(target)));
    return target;
  };

  return { other, open, openSink, openTarget, urlOf };
}
