import type { ConfiguredTarget } from "../reconcile/context.ts";
import { planUndo, type UndoPlan, type UndoSelector } from "../reconcile/decide/plan-undo.ts";
import { applyUndo } from "../reconcile/decide/undo.ts";
import { busyText } from "./busy-text.ts";
import { type Command, type Session, UsageError } from "./command.ts";
import { exitCodeOf } from "./command-error.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { describeEvent, findSubject, nameToUse, printEvents } from "./find-subject.ts";
import { describeRun } from "./history.ts";
import { isPossible, printAlike, printPlan, shown, stopped, summary, tally } from "./undo-text.ts";

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
  printPlan(output, plan);
  const isAny = plan?.items.some(isPossible) === true;
  output.print(
    isAny
      ? `Would be done: ${tally(plan.items)}. Nothing was done yet: run it again with --yes to carry this out.`
      : nothingDone(plan),
  );
  output.result({ ...shown(plan), done: false });
  return isAny ? exitCode.ok : codeOfNothing(plan);
}

/** Where nothing is to be done: as it is already, or impossible. */
function nothingDone(plan: UndoPlan | null): string {
  return isAsBefore(plan) ? "There is nothing to undo any more." : "Nothing can be undone.";
}

function codeOfNothing(plan: UndoPlan | null): ExitCode {
  return isAsBefore(plan) ? exitCode.ok : exitCode.usage;
}

function isAsBefore(plan: UndoPlan | null): boolean {
  return plan?.items.every((item) => item.kind === "nothing") === true;
}

async function carryOut(
  { context, output, signal }: Session,
  target: ConfiguredTarget,
  selector: UndoSelector,
): Promise<ExitCode> {
  const undone = await applyUndo(context, target, selector, signal);
  switch (undone.kind) {
    case "busy":
      output.print(busyText(target.id));
      output.result({ done: false, reason: "busy" });
      return exitCode.busy;
    case "held":
      output.print(undone.reason);
      output.result({ done: false, reason: undone.reason });
      return exitCode.held;
    case "nothing":
      printPlan(output, undone.plan);
      output.print(nothingDone(undone.plan));
      output.result({ ...shown(undone.plan), done: false });
      return codeOfNothing(undone.plan);
    case "stopped": {
      const { begun, restored, failed, error } = undone;
      const name = selector.kind === "run" ? selector.run.slice(0, 8) : nameToUse(selector);
      const message = stopped(undone, target.id, { kind: selector.kind, name });
      const code = exitCodeOf(error);
      output.print(message);
      const undo = begun?.run ?? null;
      output.result({
        target: target.id,
        done: false,
        error: message,
        undo,
        restored,
        failed,
        exitCode: code,
      });
      return code;
    }
    case "done": {
      printPlan(output, undone.plan);
      printAlike(output, `${target.id}: not put back`, undone.failed);
      output.print(undone.restored === 0 ? "Nothing was undone." : summary(undone));
      const isWhole = undone.failed.length === 0 && undone.plan.items.every(({ kind }) => kind !== "refused");
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
