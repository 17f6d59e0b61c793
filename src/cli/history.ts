import { changeOf } from "../reconcile/decide/journal-change.ts";
import { type ChangingRun, changingRuns } from "../store/changing-runs.ts";
import type { KnownEvent } from "../store/find-events.ts";
import { entriesOfEvent, entriesOfRun, type JournalEntry, readBodies } from "../store/journal.ts";
import { type Options, type Session, UsageError } from "./command.ts";
import { describeEvent, findSubject, nameToUse, printEvents } from "./find-subject.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";

const usualLimit = 50;

/** What it needs of a session. */
type Asking = Pick<Session, "context" | "output">;

/**
 * `kalends history [EVENT|RUN] [--bodies] [--limit N]`: what was done to an event, or by a run, and why; without an
 * argument, the last runs that changed something.
 */
export async function historyCommand(
  session: Asking,
  [text]: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const limit = readLimit(options["limit"]);
  if (text === undefined) return lastRuns(session, limit);
  const subject = await findSubject(session.context, text);
  switch (subject.kind) {
    case "run": {
      const entries = await entriesOfRun(session.context.db, subject.run.run);
      session.output.print(describeRun(subject.run));
      return tell(session, { run: subject.run }, entries.slice(-limit), options["bodies"] === true);
    }
    case "event": {
      const { event } = subject;
      const entries = await entriesOfEvent(session.context.db, event.target, event.slot, limit);
      session.output.print(`${describeEvent(event)} (${event.name})`);
      if (entries.length === 0) session.output.print("  The journal has nothing on it.");
      return tell(session, { event }, entries, options["bodies"] === true);
    }
    case "several":
      printEvents(session.output, subject.events, "history");
      session.output.result({ events: subject.events.map(named) });
      return exitCode.usage;
    default:
      return subject satisfies never;
  }
}

function named(event: KnownEvent): KnownEvent & { readonly use: string } {
  return { ...event, use: nameToUse(event) };
}

function readLimit(given: string | boolean | undefined): number {
  if (given === undefined) return usualLimit;
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageError(`--limit takes a number from 1 up, not ${JSON.stringify(given)}.`);
  return limit;
}

async function lastRuns({ context, output }: Asking, limit: number): Promise<ExitCode> {
  const runs = await changingRuns(context.db, limit);
  for (const run of runs) output.print(describeRun(run));
  output.print(
    runs.length === 0
      ? "The journal has no run that changed something."
      : "`kalends history RUN` shows what one did, `kalends undo RUN` takes it back.",
  );
  output.result({ runs });
  return exitCode.ok;
}

/** A run on one line, with what it did. */
export function describeRun({
  run,
  kind,
  target,
  startedAt,
  made,
  changed,
  removed,
  kept,
}: ChangingRun): string {
  const done = [
    ...(made > 0 ? [`${made} made`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(kept > 0 ? [`${kept} ${kind === "reject" ? "kept" : "kept no longer"}`] : []),
  ];
  return `${run.slice(0, 8)}  ${shortTime(startedAt)}  ${target}  ${kind}: ${done.join(", ")}`;
}

async function tell(
  { context, output }: Asking,
  about: { readonly event: KnownEvent } | { readonly run: ChangingRun },
  entries: readonly JournalEntry[],
  withBodies: boolean,
): Promise<ExitCode> {
  const hashes = entries.flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  const bodies = withBodies ? await readBodies(context.db, hashes) : new Map<string, string>();
  const bodyOf = (hash: string | null): string | null => (hash === null ? null : (bodies.get(hash) ?? null));
  for (const entry of entries) {
    output.print(`  ${lineOf(entry)}`);
    for (const remark of remarksOf(entry, withBodies)) output.print(`      ${remark}`);
    if (!withBodies || changeOf(entry).kind === "none") continue;
    printBody(output, "before", entry.before, bodies);
    printBody(output, "after", entry.after, bodies);
  }
  const told = entries.map((entry) => ({
    ...entry,
    change: changeOf(entry).kind,
    ...(withBodies ? { beforeBody: bodyOf(entry.before), afterBody: bodyOf(entry.after) } : {}),
  }));
  output.result({ ...("event" in about ? { event: named(about.event) } : about), entries: told });
  return exitCode.ok;
}

function lineOf({ at, run, target, kind, title, reason, outcome }: JournalEntry): string {
  return `${shortTime(at)}  ${run.slice(0, 8)}  ${target}  ${kind.padEnd(7)} ${JSON.stringify(title)}  (${reason}): ${outcome}`;
}

/** What others had done to the object before. */
function remarksOf({ deviation }: JournalEntry, withBodies: boolean): string[] {
  const hint = withBodies ? "" : ": --bodies shows it";
  switch (deviation) {
    case "altered":
      return [`it had been changed on the phone (or by another program); what stood there is kept${hint}`];
    case "missing":
      return ["it had been removed on the phone (or by another program) and was written again"];
    case null:
      return [];
    default:
      return deviation satisfies never;
  }
}

function printBody(
  output: Session["output"],
  when: string,
  hash: string | null,
  bodies: ReadonlyMap<string, string>,
): void {
  const body = hash === null ? undefined : bodies.get(hash);
  if (body === undefined) {
    output.print(`    ${when}: ${hash === null ? "nothing" : "not kept any more"}`);
    return;
  }
  output.print(`    ${when}:`);
  for (const line of body.trimEnd().split(/\r?\n/)) output.print(`      ${line}`);
}

function shortTime(iso: string): string {
  return `${iso.slice(0, 19)}Z`;
}
