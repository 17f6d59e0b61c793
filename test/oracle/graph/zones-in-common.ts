import { resolveZone, toWall } from "../../../simulator/graph/local-time.ts";
import { writtenName } from "../../../src/calendar/zones.ts";
import type { Engine } from "../engine.ts";
import { zoneNames } from "./series-arbitrary.ts";

/** Three days in seconds. */
const step = 3 * 86_400;
/** The years that the windows of the arbitrary lie in. */
const from = Date.UTC(2025, 0, 1) / 1_000;
const until = Date.UTC(2028, 0, 1) / 1_000;

/** The zones (by the names of the arbitrary) for which an engine's tz database is not this machine's. */
export async function zonesApart(engines: readonly Engine[]): Promise<ReadonlySet<string>> {
  const instants = Array.from({ length: (until - from) / step }, (_, index) => from + index * step);
  const apart = await Promise.all(
    zoneNames.map(async (name) => {
      const zone = resolveZone(name) ?? "UTC";
      const own = instants.map((at) => (toWall(zone, at * 1_000) - at * 1_000) / 1_000);
      const theirs = await Promise.all(engines.map((engine) => engine.offsets(writtenName(zone), instants)));
      const isSame = theirs.every((offsets) => offsets.every((offset, index) => offset === own[index]));
      return isSame ? [] : [name];
    }),
  );
  return new Set(apart.flat());
}
