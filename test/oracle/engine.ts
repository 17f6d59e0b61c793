import * as z from "zod";
import type { EngineProcess } from "./engine-process.ts";

/** What an engine shows of an event: ISO instants in UTC with milliseconds, or dates (`end` exclusive) of whole days. */
export type ShownOccurrence = {
  readonly start: string;
  readonly end: string;
  readonly isAllDay: boolean;
  readonly summary: string;
};

/** An expander of iCalendar objects that is none of ours. */
export type Engine = {
  readonly name: "python" | "sabre";
  /**
   * All occurrences that touch [from, until) (ISO instants), by start; dates count as midnight UTC. Rejects
   * where the engine fails.
   */
  readonly expand: (ics: string, from: string, until: string) => Promise<readonly ShownOccurrence[]>;
  /** Offsets of a zone, in seconds east of UTC, at instants in seconds since 1970, by the engine's own table. */
  readonly offsets: (tzid: string, instants: readonly number[]) => Promise<readonly number[]>;
};

const occurrences = z.array(
  z.object({ start: z.string(), end: z.string(), isAllDay: z.boolean(), summary: z.string() }),
);

const dayMs = 86_400_000;

/** Engines stop and start by their own ideas of a day and of the length of an override: they are asked for more. */
const slackMs = 40 * dayMs;

/** The operations that both engines have. */
export function engineOn(name: Engine["name"], child: EngineProcess): Engine {
  return {
    name,
    expand: async (ics, from, until) => {
      const wider = { from: isoOf(Date.parse(from) - slackMs), until: isoOf(Date.parse(until) + slackMs) };
      const shown = occurrences.parse(await child.ask({ op: "expand", ics, ...wider }));
      return inSpan(shown, { from, until });
    },
    offsets: async (tzid, instants) =>
      z.array(z.number()).parse(await child.ask({ op: "offsets", tzid, instants })),
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

/** Those that touch [from, until), by start. */
export function inSpan(
  shown: readonly ShownOccurrence[],
  span: { readonly from: string; readonly until: string },
): readonly ShownOccurrence[] {
  const [from, until] = [Date.parse(span.from), Date.parse(span.until)];
  return shown
    .filter(({ start, end }) => {
      const [first, last] = [Date.parse(start), Date.parse(end)];
      return first < until && (last > from || (last === first && first >= from));
    })
    .toSorted(byTime);
}

function byTime(a: ShownOccurrence, b: ShownOccurrence): number {
  return a.start.localeCompare(b.start) || a.end.localeCompare(b.end) || a.summary.localeCompare(b.summary);
}
