import type { ConfiguredTarget } from "../reconcile/context.ts";
import { planUndo, type UndoPlan, type UndoSelector } from "../reconcile/decide/plan-undo.ts";
import { applyUndo, type Undone } from "../reconcile/decide/undo.ts";
import type { UndoItem } from "../reconcile/decide/undo-object.ts";
import { type Command, type Session, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { describeEvent, findSubject, nameToUse, printEvents } from "./find-subject.ts";
import { describeRun } from "./history.ts";
import type { Output } from "./output.ts";

/** `kalends undo RUN|EVENT [--yes]`: puts back what stood before a run, or before an event's last change. */
export const undoCommand: Command = async (session, [text], options) => {
  const { context, output } = session;
  if (text === undefined)
    throw new UsageError(
      "Name the run or the event: kalends undo RUN|EVENT. `kalends history` lists the last runs.",
    );
  const subject = await findSubject(context, text);
  if (subject.kind === "several") {
    printEvents(output, subject.events, "undo");
    output.result({
      events: subject.events.map((event) => ({ ...event, use: nameToUse(event) })),
      done: false,
    });
    return exitCode.usage;
  }
  output.print(subject.kind === "run" ? describeRun(subject.run) : describeEvent(subject.event));
  const selector: UndoSelector =
    subject.kind === "run"
      ? { kind: "run", targetId: subject.run.target, run: subject.run.run }
      : { kind: "event", targetId: subject.event.target, slot: subject.event.slot };
  const target = context.targets.find((candidate) => candidate.id === selector.targetId);
  if (target === undefined) {
    throw new UsageError(
      `The target ${selector.targetId} is not in the configuration any more, so nothing can be put back there. ` +
        "Put it back into the configuration to undo what was done in it.",
    );
  }
  return options["yes"] === true ? carryOut(session, target, selector) : preview(session, selector);
};

async function preview({ context, output }: Session, selector: UndoSelector): Promise<ExitCode> {
  const plan = await planUndo(context, selector);
  const possible = printPlan(output, plan);
  output.print(
    possible === 0
      ? "Nothing can be undone."
      : `Would be done: ${tally(plan?.items ?? [])}. Nothing was done yet: run it again with --yes to carry this out.`,
  );
  output.result({ ...shown(plan), done: false });
  return possible === 0 ? exitCode.usage : exitCode.ok;
}

async function carryOut(
  { context, output, signal }: Session,
  target: ConfiguredTarget,
  selector: UndoSelector,
): Promise<ExitCode> {
  const undone = await applyUndo(context, target, selector, signal);
  switch (undone.kind) {
    case "busy":
      output.print(`Another process is at work on ${target.id}. Try again when it is done.`);
      output.result({ done: false, reason: "busy" });
      return exitCode.busy;
    case "held":
      output.print(undone.reason);
      output.result({ done: false, reason: undone.reason });
      return exitCode.held;
    case "nothing":
      printPlan(output, undone.plan);
      output.print("Nothing was undone.");
      output.result({ ...shown(undone.plan), done: false });
      return exitCode.usage;
    case "done": {
      printPlan(output, undone.plan);
      for (const { title, reason } of undone.failed)
        output.print(`${target.id}: not put back: ${JSON.stringify(title)}: ${reason}`);
      output.print(undone.restored === 0 ? "Nothing was undone." : summary(undone));
      const isWhole = undone.failed.length + undone.plan.items.filter(isRefused).length === 0;
      const code = isWhole ? exitCode.ok : exitCode.incomplete;
      output.result({
        ...shown(undone.plan),
        done: true,
        undo: undone.run,
        restored: undone.restored,
        failed: undone.failed,
        exitCode: code,
      });
      return code;
    }
    default:
      return undone satisfies never;
  }
}

/** What an undo came to, and what follows. */
function summary({ plan, failed, run }: Extract<Undone, { readonly kind: "done" }>): string {
  const titles = new Set(failed.map(({ title }) => title));
  const done = plan.items.filter((item) => !isRefused(item) && !titles.has(item.title));
  const isKept = done.some((item) => item.kind !== "release");
  const isReleased = done.some((item) => item.kind === "release");
  return [
    `Done: ${tally(done)}.`,
    ...(isKept ? ["It stays so until the source says something else."] : []),
    ...(isReleased
      ? ["What is left to its source again is planned by the next run, and guarded like any plan."]
      : []),
    `\`kalends undo ${run.slice(0, 8)}\` takes this back.`,
  ].join(" ");
}

/** How many events of each kind of step, in words. */
function tally(items: readonly UndoItem[]): string {
  const of = (kind: UndoItem["kind"]): number => items.filter((item) => item.kind === kind).length;
  const parts: ReadonlyArray<readonly [number, string]> = [
    [of("create"), "put back"],
    [of("update"), "changed back"],
    [of("delete"), "REMOVED from the target"],
    [of("release"), "left to their source again"],
  ];
  return parts
    .flatMap(([count, what]) => (count === 0 ? [] : [`${counted(count, "event")} ${what}`]))
    .join(", ");
}

const verbs = {
  create: "put back",
  update: "change back",
  delete: "remove again",
  release: "let go again",
};

/** Prints what would be done, and what cannot; the number of what would be done. */
function printPlan(output: Output, plan: UndoPlan | null): number {
  if (plan === null) {
    output.print("  Nothing was changed there, as far as the journal goes back.");
    return 0;
  }
  for (const item of plan.items) {
    if (item.kind === "refused")
      output.print(`  cannot be undone: ${JSON.stringify(item.title)}: ${item.reason}`);
    else output.print(`  ${verbs[item.kind].padEnd(14)} ${JSON.stringify(item.title)}`);
  }
  return plan.items.filter((item) => !isRefused(item)).length;
}

function isRefused(item: UndoItem): boolean {
  return item.kind === "refused";
}

function shown(plan: UndoPlan | null): Readonly<Record<string, unknown>> {
  if (plan === null) return { target: null, run: null, items: [] };
  const items = plan.items.map((item) => ({
    kind: item.kind,
    slot: item.slot,
    title: item.title,
    reason: item.kind === "refused" ? item.reason : null,
  }));
  return { target: plan.targetId, run: plan.run, items };
}
