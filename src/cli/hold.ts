import { leftovers } from "../reconcile/guard.ts";
import { rejectHold } from "../reconcile/reject-hold.ts";
import { approveHold, type HeldEvent, heldEvents, listHolds, type StoredHold } from "../store/holds.ts";
import { type Command, type Session, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/**
 * `kalends hold list|show|approve|reject [TARGET SOURCE]`: plans that wait for a person. An approval covers what
 * the hold contains now; a later plan passes if it wants no more than that. A rejection keeps what stands until
 * the source says something else.
 */
export const holdCommand: Command = async (session, [action = "list", target, source]) => {
  switch (action) {
    case "list":
      return list(session);
    case "show":
      return show(session, named(action, target, source));
    case "approve":
      return approve(session, named(action, target, source));
    case "reject":
      return reject(session, named(action, target, source));
    default:
      throw new UsageError(`hold knows list, show, approve and reject, not ${JSON.stringify(action)}.`);
  }
};

type Named = { readonly target: string; readonly source: string };

function named(action: string, target: string | undefined, source: string | undefined): Named {
  if (target === undefined || source === undefined) {
    throw new UsageError(
      `Name the target and the source of the hold: kalends hold ${action} TARGET SOURCE. \`kalends hold list\` names them.`,
    );
  }
  return { target, source };
}

function nothingHeld({ target, source }: Named): UsageError {
  return new UsageError(`Nothing of ${source} is held in ${target}. See \`kalends hold list\`.`);
}

async function list({ context, output }: Session): Promise<ExitCode> {
  const holds = await listHolds(context.db);
  for (const hold of holds) printHold(output, hold);
  if (holds.length === 0) output.print("Nothing is held.");
  output.result({ holds });
  return exitCode.ok;
}

async function show({ context, output }: Session, name: Named): Promise<ExitCode> {
  const hold = (await listHolds(context.db)).find(
    ({ targetId, sourceId }) => targetId === name.target && sourceId === name.source,
  );
  if (hold === undefined) throw nothingHeld(name);
  printHold(output, hold);
  const events = await heldEvents(context.db, name.target, hold.actions);
  for (const event of events) output.print(`  ${describe(event)}`);
  output.result({ hold: { ...hold, events } });
  return exitCode.ok;
}

function describe({ action, summary, startsAt }: HeldEvent): string {
  const verb = action === "delete" ? "remove " : "rewrite";
  return `${verb}  ${startsAt ?? "no date"}  ${summary || "(no title)"}`;
}

async function approve({ context, output }: Session, name: Named): Promise<ExitCode> {
  if (!(await approveHold(context.db, name.target, name.source))) throw nothingHeld(name);
  output.print("Approved. The next run carries it out; `kalends sync` does so now.");
  output.result({ holds: await listHolds(context.db) });
  return exitCode.ok;
}

async function reject({ context, output }: Session, name: Named): Promise<ExitCode> {
  const rejected = await rejectHold(context, name.target, name.source);
  if (rejected === null) throw nothingHeld(name);
  output.print(
    `Rejected. ${counted(rejected.kept, "event")} of ${name.target} stay as they are until ${
      name.source === leftovers ? "a source has them again" : `${name.source} says something new about them`
    }. \`kalends undo ${rejected.run}\` takes this decision back.`,
  );
  output.result({ ...rejected, holds: await listHolds(context.db) });
  return exitCode.ok;
}

/** A hold with what can be done about it. */
export function printHold(
  output: Output,
  { targetId, sourceId, since, reason, actions, approved }: StoredHold,
): void {
  output.print(`held in ${targetId} since ${since}: ${reason}`);
  if (approved) {
    output.print(`  approved: ${counted(actions.length, "event")} with the next run`);
    return;
  }
  const name = `${targetId} ${sourceId}`;
  output.print(
    `  \`kalends hold show ${name}\` lists the events. Right after all? \`kalends hold approve ${name}\``,
  );
  output.print(`  lets it pass; \`kalends hold reject ${name}\` keeps what stands.`);
}
