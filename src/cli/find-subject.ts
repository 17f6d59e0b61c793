import { type ChangingRun, changingRunsLike } from "../store/changing-runs.ts";
import { findEvents, type KnownEvent } from "../store/find-events.ts";
import type { Context } from "../reconcile/context.ts";
import { UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import type { Output } from "./output.ts";

/** What a person named on the command line: a run, an event, or several events. */
export type Subject =
  | { readonly kind: "run"; readonly run: ChangingRun }
  | { readonly kind: "event"; readonly event: KnownEvent }
  | { readonly kind: "several"; readonly events: readonly KnownEvent[] };

/** So many events are listed where a text fits several. */
const mostListed = 50;

/**
 * Finds a run by the beginning of its id (four digits at least), or events by whatever is known of them.
 *
 * @throws UsageError where nothing fits, or a run as well as events.
 */
export async function findSubject({ db }: Context, text: string): Promise<Subject> {
  const prefix = text.trim().toLowerCase();
  const runs = /^[0-9a-f][0-9a-f-]{3,35}$/.test(prefix) ? await changingRunsLike(db, prefix) : [];
  const events = await findEvents(db, text, mostListed + 1);
  const [run, secondRun] = runs;
  const [event, secondEvent] = events;
  if (run !== undefined && (secondRun !== undefined || event !== undefined)) {
    throw new UsageError(
      `${JSON.stringify(text)} may be ${secondRun === undefined ? `the run ${run.run}` : "several runs"}` +
        `${event === undefined ? "" : ` as well as the event ${JSON.stringify(event.title)} (${nameToUse(event)})`}. ` +
        "Give more of the run's id, or the event's name as it stands in brackets.",
    );
  }
  if (run !== undefined) return { kind: "run", run };
  if (event === undefined) {
    const tooShort = /^[0-9a-f]{1,3}$/.test(prefix)
      ? "Of a run's id at least the first four digits are needed. "
      : "";
    throw new UsageError(
      `Neither an event nor a run that changed something is known by ${JSON.stringify(text)}. ${tooShort}` +
        "Try a part of the title, or `kalends history` for the last runs; " +
        "what is older than `journal.keep` is forgotten, and what was never written to a target is not in the journal.",
    );
  }
  return secondEvent === undefined ? { kind: "event", event } : { kind: "several", events };
}

/** Enough of an object's name to find it again. */
export function nameToUse({ slot }: Pick<KnownEvent, "slot">): string {
  return slot.slice(0, 12);
}

/** A title with the day it begins on, and where. */
export function describeEvent({ title, startsAt, target, stands }: KnownEvent): string {
  const day = startsAt === null ? "" : ` of ${startsAt.slice(0, 10)}`;
  return `${JSON.stringify(title)}${day} in ${target}${stands ? "" : ", not there any more"}`;
}

/** Lists events of which one has to be named. */
export function printEvents(output: Output, events: readonly KnownEvent[], command: string): void {
  output.print(
    `${events.length > mostListed ? "More than " : ""}${counted(Math.min(events.length, mostListed), "event")} fit. Name one:`,
  );
  for (const event of events.slice(0, mostListed))
    output.print(`  kalends ${command} ${nameToUse(event)}   ${describeEvent(event)}`);
}
