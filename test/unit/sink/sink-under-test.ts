import type { SinkConfig } from "../../../src/config/config.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { SinkParts } from "../../../src/sink/account.ts";
import type { Sink, TargetCollection, TargetSpec } from "../../../src/sink/sink.ts";
import { calendar, home, multistatus, type ScriptedCaldav } from "./scripted-caldav.ts";

export const signal: AbortSignal = AbortSignal.timeout(60_000);
export const path = `${home}kalends-all/`;
export const spec: TargetSpec = { id: "all", name: "All Events", color: "#2563EB", writable: false };

/** What PROPFIND says of a collection that needs nothing. */
export const asConfigured =
  "<d:displayname>All Events</d:displayname><a:calendar-color>#2563EBFF</a:calendar-color>";

export const standing = (properties = asConfigured) => multistatus(calendar(path, properties));

/** A sink that tries everything once. */
export function openSink(
  make: (config: SinkConfig, parts: SinkParts) => Sink,
  transport: ScriptedCaldav,
  phone: SinkConfig["phone"] = null,
): Sink {
  const config: SinkConfig = {
    url: new URL("https://dav.example.test/dav.php/"),
    credentials: { username: "owner", password: new Secret("hidden-word", "test") },
    auth: "basic",
    ca: null,
    phone,
  };
  const retry = { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxTotalWaitMs: 1 };
  return make(config, { transport, retry });
}

/** Opens the target on a server where it stands as configured, and forgets the requests that took. */
export async function openStanding(
  make: (config: SinkConfig, parts: SinkParts) => Sink,
  transport: ScriptedCaldav,
): Promise<TargetCollection> {
  transport.on(`PROPFIND ${path}`, standing());
  const target = await openSink(make, transport).openTarget(spec, path, signal);
  transport.takeLines();
  return target;
}
