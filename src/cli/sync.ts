import type { PullResult } from "../reconcile/pull/pull.ts";
import { type SyncResult, sync } from "../reconcile/sync.ts";
import { type Command, requireSource } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { openWork } from "./open-work.ts";
import type { Output } from "./output.ts";

/** `kalends sync [--source ID]`: one pass now: pull, then bring the targets up to date. */
export const syncCommand: Command = async ({ config, context, output, signal }, _args, options) => {
  const source = typeof options["source"] === "string" ? requireSource(config, options["source"]) : null;
  const result = await sync(context, source, signal);
  const code = codeOf(result);
  print(output, result, code);
  output.result({ ...result, exitCode: code });
  return code;
};

function codeOf({ pulls, targets }: SyncResult): ExitCode {
  const outcomes = [...pulls, ...targets].map((part) => part.outcome);
  if (outcomes.includes("failed")) return exitCode.failed;
  if (outcomes.includes("held")) return exitCode.held;
  if (outcomes.includes("busy")) return exitCode.busy;
  return outcomes.includes("incomplete") ? exitCode.incomplete : exitCode.ok;
}

function print(output: Output, { pulls, targets }: SyncResult, code: ExitCode): void {
  for (const pull of pulls) {
    output.print(`${pull.source}/${pull.account}: ${[pull.outcome, ...describePull(pull)].join(", ")}`);
    for (const error of pull.errors) output.print(`  ${error}`);
  }
  for (const target of targets) {
    output.print(`→ ${target.target}: ${target.outcome}${describeCounts(target.counts)}`);
    for (const warning of target.warnings) output.print(`  ${warning}`);
    for (const error of target.errors) output.print(`  ${error}`);
    for (const hold of target.holds) output.print(`  held: ${hold.reason}`);
  }
  if (code === exitCode.incomplete)
    output.print("Not everything could be done; the next run goes on from here.");
  if (code === exitCode.busy)
    output.print(
      "Another process is at work on part of this, or was ended in the middle of it less than a minute ago; nothing was " +
        "done twice. Try again in a minute.",
    );
  if (code === exitCode.held || code === exitCode.failed)
    output.print("See `kalends status` for what to do.");
}

function describePull({ calendars, staged, tombstones, owed, doubted, errors }: PullResult): string[] {
  // An error that concerns the whole account ends the pull: what there was to read is not known then.
  const isBrokenOff = calendars === 0 && errors.length > 0;
  const changes = staged + tombstones === 0 ? "nothing new" : `${staged} read, ${tombstones} removed`;
  return [
    ...(isBrokenOff ? ["broken off"] : [counted(calendars, "calendar")]),
    ...(isBrokenOff && staged + tombstones === 0 ? [] : [changes]),
    ...openWork({ owed, doubted }),
  ];
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`;
}
