import { describe, expect, it } from "vitest";
import type { CalendarObject } from "../../src/calendar/candidate.ts";
import { unfold } from "../../src/calendar/content-line.ts";
import { fingerprint } from "../../src/calendar/fingerprint.ts";
import { stamp } from "../../src/calendar/stamp.ts";
import { graphTranslator } from "../../src/sources/graph/translate/translator.ts";
import { caldavTranslator } from "../../src/sources/icloud/translate.ts";
import type { Translator } from "../../src/sources/source.ts";
import { caldavNatives } from "./round-trip-caldav.ts";
import { graphNatives } from "./round-trip-graph.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { newSpec, sinksOn } from "./sink-under-test.ts";

const signal = AbortSignal.timeout(600_000);
const window = { from: "2026-10-01T00:00:00.000Z", until: "2028-06-01T00:00:00.000Z" };

/** Whatever a translator makes can be written to a server, and comes back as what it was. */
export function caldavRoundTripContract(server: ServerUnderTest): void {
  describe(`Objects of ours on ${server.name}`, () => {
    const { openSink, openTarget } = sinksOn(server);

    it("are taken, and have the same fingerprint when they are read back", async () => {
      const target = await openTarget(openSink(), newSpec());
      const objects = new Map([
        ...objectsOf(graphTranslator, graphNatives(), "graph"),
        ...objectsOf(caldavTranslator, caldavNatives(), "caldav"),
      ]);
      const outcomes = new Map<string, string>();
      for (const [file, { title, object }] of objects) {
        const body = stamp(object.ics, { uid: `${file}-${target.href}`, kalendsId: `${file}.0` });
        const outcome = await target.create(file, body, signal);
        outcomes.set(title, outcome.kind === "refused" ? outcome.reason : outcome.kind);
        if (outcome.kind === "written" && outcome.stored !== null)
          expect([title, fingerprint(outcome.stored)]).toEqual([title, object.fingerprint]);
      }
      expect(Object.fromEntries(outcomes)).toEqual(all(outcomes, "written"));

      const found = new Map<string, string>();
      for await (const batch of target.read([...(await target.list(signal)).keys()], signal)) {
        for (const { name, ics } of batch) {
          const { title = name, object } = objects.get(name) ?? {};
          const isSame = fingerprint(ics) === object?.fingerprint;
          if (server.spoils?.[title] === undefined)
            found.set(title, isSame ? "as it was" : changedLines(object?.ics ?? "", ics));
        }
      }
      for (const title of Object.keys(server.spoils ?? {})) expect(outcomes.delete(title)).toBe(true);
      expect(Object.fromEntries(found)).toEqual(all(outcomes, "as it was"));
    });
  });
}

/** Lines that only one of the two has, for whoever reads the failure: the fingerprint looks closer. */
function changedLines(before: string, after: string): string {
  const [old, now] = [unfold(before), unfold(after)];
  const lost = old.filter((line) => !now.includes(line)).map((line) => `-${line}`);
  return [...lost, ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`)].join("\n");
}

type Named = { readonly title: string; readonly object: CalendarObject };

/** By object name. */
function objectsOf(
  translator: Translator,
  natives: Readonly<Record<string, string>>,
  prefix: string,
): ReadonlyArray<readonly [string, Named]> {
  return Object.entries(natives).map(([title, native], index) => {
    const translation = translator.translate(native, {
      zone: "America/New_York",
      window,
      categoryColors: {},
    });
    const [event] = translation.kind === "translated" ? translation.events : [];
    if (event === undefined) throw new Error(`${title}: ${JSON.stringify(translation)}`);
    return [`${prefix}-${index}.ics`, { title, object: event.object }];
  });
}

const all = (titles: ReadonlyMap<string, unknown>, outcome: string): Record<string, string> =>
  Object.fromEntries([...titles.keys()].map((title) => [title, outcome]));
