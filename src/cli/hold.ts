import { oneLine } from "../calendar/people-text.ts";
import { leftovers } from "../reconcile/guard.ts";
import { rejectHold } from "../reconcile/decide/reject-hold.ts";
import { approveHold, type HeldEvent, heldEvents, listHolds, type StoredHold } from "../store/holds.ts";
import { busyText } from "./busy-text.ts";
import { type Command, requireSource, requireTarget, type Session, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/**
 * `kalends hold list|show|approve|reject [TARGET SOURCE [MARK]]`: plans that wait for a person. An approval covers what
 * the hold contains now; a later plan passes if it wants no more than that. A rejection keeps what stands until
 * the source says something else. The mark stands for the events that `show` has listed: no others are decided on.
 */
export const holdCommand: Command = async (session, args) => {
  const request = readHoldRequest(args);
  switch (request.action) {
    case "list":
      return list(session);
    case "show":
      return show(session, request);
    case "approve":
      return approve(session, request);
    case "reject":
      return reject(session, request);
    default:
      return request satisfies never;
  }
};

type Named = { readonly targetId: string; readonly sourceId: string; readonly mark: string | null };
type HoldRequest = { readonly action: "list" } | ({ readonly action: "show" | "approve" | "reject" } & Named);

/** @throws UsageError for what is missing, unknown or superfluous. */
export function readHoldRequest([action = "list", ...rest]: readonly string[]): HoldRequest {
  switch (action) {
    case "list":
      refuseMore(rest, 0, "kalends hold list");
      return { action };
    case "show":
      refuseMore(rest, 2, "kalends hold show TARGET SOURCE");
      return { action, ...named(action, rest) };
    case "approve":
    case "reject":
      refuseMore(rest, 3, `kalends hold ${action} TARGET SOURCE [MARK]`);
      return { action, ...named(action, rest) };
    default:
      throw new UsageError(`hold knows list, show, approve and reject, not ${JSON.stringify(action)}.`);
  }
}

function refuseMore(args: readonly string[], most: number, form: string): void {
  const more = args.slice(most).map((arg) => JSON.stringify(arg));
  if (more.length > 0) throw new UsageError(`Superfluous: ${more.join(", ")}. The command is: ${form}`);
}

function named(action: string, [targetId, sourceId, mark]: readonly string[]): Named {
  if (targetId === undefined || sourceId === undefined) {
    throw new UsageError(
      `Name the target and the source of the hold: kalends hold ${action} TARGET SOURCE. \`kalends hold list\` names them.`,
    );
  }
  if (mark !== undefined && !/^[0-9a-f]{6}$/i.test(mark)) {
    throw new UsageError(
      `${JSON.stringify(mark)} is no mark: a mark has six hexadecimal digits (0 to 9, a to f). ` +
        `\`kalends hold show ${targetId} ${sourceId}\` shows the one of what is held now.`,
    );
  }
  return { targetId, sourceId, mark: mark?.toLowerCase() ?? null };
}

/** Also what is not in the configuration any more may be held: only where nothing is, its name is looked up. */
function nothingHeld({ config, context }: Session, { targetId, sourceId }: Named): UsageError {
  requireTarget(context, targetId);
  if (sourceId !== leftovers) requireSource(config, sourceId);
  return new UsageError(`Nothing of ${sourceId} is held in ${targetId}. See \`kalends hold list\`.`);
}

/** The hold is not the one that a person has looked at, or the mark is mistyped. */
function otherMark(
  { output }: Session,
  { targetId, sourceId, mark }: Named,
  now: { readonly names: readonly string[]; readonly mark: string },
): ExitCode {
  output.print(
    `Nothing was done: ${mark} is not the mark of what is held now. That would ${kindsOf(now.names)}; ` +
      `\`kalends hold show ${targetId} ${sourceId}\` shows it (${now.mark}).`,
  );
  output.result({ done: false, reason: "other mark", mark: now.mark });
  return exitCode.held;
}

/** What a hold would do, in words: `remove 12 events and rewrite 1 event`. */
function kindsOf(names: readonly string[]): string {
  const removals = names.filter((name) => name.startsWith("delete ")).length;
  const rewrites = names.length - removals;
  return [
    ...(removals > 0 ? [`remove ${counted(removals, "event")}`] : []),
    ...(rewrites > 0 ? [`rewrite ${counted(rewrites, "event")}`] : []),
  ].join(" and ");
}

async function list({ context, output }: Session): Promise<ExitCode> {
  const holds = await listHolds(context.db);
  for (const hold of holds) printHold(output, hold);
  if (holds.length === 0) output.print("Nothing is held.");
  output.result({ holds });
  return exitCode.ok;
}

async function show(session: Session, name: Named): Promise<ExitCode> {
  const { context, output } = session;
  const hold = (await listHolds(context.db)).find(
    ({ targetId, sourceId }) => targetId === name.targetId && sourceId === name.sourceId,
  );
  if (hold === undefined) throw nothingHeld(session, name);
  printHold(output, hold);
  const events = await heldEvents(context.db, name.targetId, hold.actions);
  for (const event of events) output.print(`  ${describe(event)}`);
  output.result({ hold: { ...hold, events } });
  return exitCode.ok;
}

function describe({ action, summary, startsAt }: HeldEvent): string {
  const verb = action === "delete" ? "remove " : "rewrite";
  return `${verb}  ${startsAt ?? "no date"}  ${oneLine(summary) || "(no title)"}`;
}

async function approve(session: Session, name: Named): Promise<ExitCode> {
  const { context, output } = session;
  const approved = await approveHold(context.db, name.targetId, name.sourceId, name.mark);
  switch (approved.kind) {
    case "nothing":
      throw nothingHeld(session, name);
    case "changed":
      return otherMark(session, name, approved);
    case "approved":
      output.print(
        `Approved: to ${kindsOf(approved.names)} (${approved.mark}). The next run carries it out; \`kalends sync\` does so now.`,
      );
      output.result({ holds: await listHolds(context.db) });
      return exitCode.ok;
    default:
      return approved satisfies never;
  }
}

async function reject(session: Session, name: Named): Promise<ExitCode> {
  const { context, output, signal } = session;
  const rejected = await rejectHold(context, name, signal);
  switch (rejected.kind) {
    case "nothing":
      throw nothingHeld(session, name);
    case "busy":
      output.print(busyText(name.targetId));
      output.result({ busy: name.targetId });
      return exitCode.busy;
    case "changed":
      return otherMark(session, name, rejected);
    case "rejected": {
      const { run, kept, changed } = rejected;
      output.print(
        `Rejected. ${counted(kept, "event")} of ${name.targetId} stay as they are until ${
          name.sourceId === leftovers
            ? "a source has them again"
            : `${name.sourceId} says something new about them`
        }. \`kalends undo ${run.slice(0, 8)}\` takes this decision back.`,
      );
      if (changed > 0)
        output.print(
          `${counted(changed, "event")} are not as they were when the plan was held: the next run plans them anew.`,
        );
      output.result({ run, kept, changed, holds: await listHolds(context.db) });
      return exitCode.ok;
    }
    default:
      return rejected satisfies never;
  }
}

/** A hold with what can be done about it. */
export function printHold(
  output: Output,
  { targetId, sourceId, since, reason, actions, approved, mark }: StoredHold,
): void {
  output.print(`held in ${targetId} since ${since}: ${reason}`);
  if (approved) {
    output.print(`  approved: ${counted(actions.length, "event")} with the next run`);
    return;
  }
  const name = `${targetId} ${sourceId}`;
  output.print(
    `  \`kalends hold show ${name}\` lists the events (${mark}). Right after all? \`kalends hold approve ${name} ${mark}\``,
  );
  output.print(`  lets it pass; \`kalends hold reject ${name} ${mark}\` keeps what stands.`);
}
