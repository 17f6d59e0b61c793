import type { Translation } from "../../../src/calendar/candidate.ts";
import { type Engine, inSpan, type ShownOccurrence } from "../engine.ts";
import type { SabreEngine } from "../sabre-engine.ts";
import type { Engines } from "../with-engines.ts";
import { isBeyondPython, isBeyondSabre, isUntold } from "./known-defects.ts";
import type { SeriesCase } from "./series-case.ts";
import { type SimulatedSeries, simulateSeries, truthOf } from "./simulated-series.ts";
import { translateSeries } from "./translated-series.ts";

const dayMs = 86_400_000;

/** What became of a case: how many engines were asked, and what they show otherwise than Exchange. */
export type Verdict = { readonly asked: number; readonly differences: readonly string[] };

/** Compares what the engines show of a translated series with what the simulated Exchange shows, in the window. */
export async function judgeSeries(
  series: SeriesCase,
  { python, sabre }: Engines,
  apart: ReadonlySet<string>,
): Promise<Verdict> {
  const simulated = simulateSeries(series);
  if (simulated === null || apart.has(series.zone) || isUntold(simulated))
    return { asked: 0, differences: [] };
  const translation = await translateSeries(simulated);
  const truth = atDistance(series, simulated, inSpan(truthOf(simulated, series), simulated.window));
  const refusal = refusalOf(translation, truth);
  if (translation.kind !== "translated") return { asked: 0, differences: refusal };
  const engines: Engine[] = [
    ...(isBeyondPython(series) ? [] : [python]),
    ...(isBeyondSabre(simulated, series) ? [] : [sabre]),
  ];
  const found = await Promise.all(
    translation.events.flatMap(({ object }) => [
      complaintsOf(sabre, object.ics),
      ...engines.map((engine) => differencesOf(engine, object.ics, { series, simulated, truth })),
    ]),
  );
  return { asked: engines.length, differences: found.flat() };
}

/** Nothing may be quarantined, and only what shows nothing may be left out. */
function refusalOf(translation: Translation, truth: readonly ShownOccurrence[]): readonly string[] {
  if (translation.kind === "translated") return [];
  const isRight = translation.kind === "skipped" && truth.length === 0;
  return isRight ? [] : [`${translation.kind}: ${translation.reason}`];
}

/** What Baikal would refuse, repair or fail with. */
async function complaintsOf(sabre: SabreEngine, ics: string): Promise<readonly string[]> {
  const { validation, iterator } = await sabre.judge(ics);
  const messages = validation.map(({ level, message }) => `sabre says (${level}) ${message}`);
  return iterator === "ok" ? messages : [...messages, `sabre fails: ${iterator}`];
}

async function differencesOf(
  engine: Engine,
  ics: string,
  expected: {
    readonly series: SeriesCase;
    readonly simulated: SimulatedSeries;
    readonly truth: readonly ShownOccurrence[];
  },
): Promise<readonly string[]> {
  const { series, simulated, truth } = expected;
  const { window } = simulated;
  const shown = atDistance(series, simulated, await engine.expand(ics, window.from, window.until));
  const [wanted, found] = [truth.map(lineOf), shown.map(lineOf)];
  return [
    ...without(wanted, found).map((line) => `${engine.name} does not show ${line}`),
    ...without(found, wanted).map((line) => `${engine.name} shows ${line}`),
  ];
}

/**
 * Whole days at the edge of the window are left out where only its instances tell what was cancelled: whether they
 * touch it depends on a zone.
 */
function atDistance(
  series: SeriesCase,
  { item, window }: SimulatedSeries,
  shown: readonly ShownOccurrence[],
): readonly ShownOccurrence[] {
  if (!item.isAllDay || series.expansion === "supported") return shown;
  return shown.filter(
    ({ start, end }) =>
      Date.parse(start) >= Date.parse(window.from) + dayMs &&
      Date.parse(end) <= Date.parse(window.until) - dayMs,
  );
}

function lineOf({ start, end, isAllDay, summary }: ShownOccurrence): string {
  return `${start} to ${end}${isAllDay ? " (whole days)" : ""}: ${summary}`;
}

/** What is in the first list more often than in the second. */
function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return list.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
