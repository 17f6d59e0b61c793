import type { Translation } from "../../../src/calendar/candidate.ts";
import { createExpansion } from "../../../src/sources/graph/series-expansion.ts";
import { readEvent } from "../../../src/sources/graph/series.ts";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";
import { simulatedReader } from "./simulated-reader.ts";
import type { SimulatedSeries } from "./simulated-series.ts";

/** Reads a series as the daemon does, and translates what is staged. */
export async function translateSeries(simulated: SimulatedSeries): Promise<Translation> {
  const { window, item } = simulated;
  const expansion = createExpansion({ now: () => 0, uptime: () => 0, sleep: () => Promise.resolve() });
  const context = { reader: simulatedReader(simulated), window, expansion };
  const { native } = await readEvent(context, item.immutableId, null);
  return graphTranslator.translate(native, { zone: "UTC", window, categoryColors: {} });
}
