import { approveHold, listHolds, type StoredHold } from "../store/holds.ts";
import { type Command, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/**
 * `kalends hold list` and `kalends hold approve TARGET SOURCE`: plans that wait for a person. An approval
 * covers what the hold contains now; a later plan passes if it wants no more than that.
 */
export const holdCommand: Command = async ({ context, output }, [action = "list", target, source]) => {
  if (action === "approve") {
    if (target === undefined || source === undefined) {
      throw new UsageError("Name the target and the source of the hold: kalends hold approve TARGET SOURCE.");
    }
    if (!(await approveHold(context.db, target, source))) {
      throw new UsageError(`Nothing of ${source} is held in ${target}. See \`kalends hold list\`.`);
    }
    output.print(`Approved. The next run carries it out; \`kalends sync\` does so now.`);
  } else if (action !== "list") {
    throw new UsageError(`hold knows "list" and "approve", not ${JSON.stringify(action)}.`);
  }
  const holds = await listHolds(context.db);
  for (const hold of holds) printHold(output, hold);
  if (holds.length === 0) output.print("Nothing is held.");
  output.result({ holds });
  return exitCode.ok;
};

/** A hold with what can be done about it. */
export function printHold(
  output: Output,
  { targetId, sourceId, since, reason, actions, approved }: StoredHold,
): void {
  output.print(`held in ${targetId} since ${since}: ${reason}`);
  if (approved) output.print(`  approved: ${counted(actions.length, "event")} with the next run`);
  else
    output.print(
      `  right after all? \`kalends plan\` shows it, \`kalends hold approve ${targetId} ${sourceId}\` lets it pass`,
    );
}
