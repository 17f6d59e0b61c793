import { graphTranslator } from "../src/sources/graph/translate/translator.ts";
import { caldavTranslator } from "../src/sources/icloud/translate.ts";
import type { TranslationContext, Translator } from "../src/sources/source.ts";
import { caldavNatives, seriesNatives, singleNatives } from "./translation-corpus.ts";

const runs = 9;
const singles = 900;
const seriesOfAKind = 60;
const objects = 500;

const context: TranslationContext = {
  zone: "America/New_York",
  window: { from: "2025-12-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" },
  categoryColors: { "blue category": "blue" },
};

/**
 * Events a second through the translators in one thread, each body, time zone and people included. What is
 * compared is the work of a series with that of a single event of the same corpus, in the same run.
 */
export async function translation(): Promise<void> {
  const perSingle = medianMs(graphTranslator, singleNatives(singles));
  const perKind = Object.entries(seriesNatives(seriesOfAKind)).map(
    ([name, natives]): readonly [string, number] => [name, medianMs(graphTranslator, natives)],
  );
  const perObject = medianMs(caldavTranslator, caldavNatives(objects));
  console.log(`translation: ${rate(perSingle)} single Graph events/s (aim: 5,000)`);
  for (const [name, ms] of perKind)
    console.log(`  series, ${name}: ${rate(ms)}/s, ${(ms / perSingle).toFixed(1)} singles`);
  const perSeries = perKind.reduce((sum, [, ms]) => sum + ms, 0) / perKind.length;
  console.log(
    `  series: ${rate(perSeries)}/s; ratio to singles ${(perSeries / perSingle).toFixed(2)} (aim: 5 or less)`,
  );
  console.log(`  CalDAV objects: ${rate(perObject)}/s`);
}

const rate = (ms: number): string => Math.round(1000 / ms).toLocaleString("en");

/** Milliseconds for one of them: the median of runs over all, after two that do not count. */
function medianMs(translator: Translator, natives: readonly string[]): number {
  const times: number[] = [];
  for (let run = -2; run < runs; run += 1) {
    const start = performance.now();
    for (const native of natives) {
      const { kind } = translator.translate(native, context);
      if (kind !== "translated") throw new Error(`The corpus holds an event that is ${kind}.`);
    }
    if (run >= 0) times.push((performance.now() - start) / natives.length);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}
