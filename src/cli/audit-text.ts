import type { AccountAudit } from "../reconcile/audit/audit-account.ts";
import type { TargetAudit, TargetBooks } from "../reconcile/audit/audit-target.ts";
import type { Difference, DifferenceState } from "../reconcile/audit/difference.ts";
import { counted } from "./counted.ts";
import type { Output } from "./output.ts";

/** Prints what came of the audit of an account: the verdict, the books, the differences. */
export function printAccountAudit(output: Output, audited: AccountAudit): void {
  output.print(`${audited.source}/${audited.account}: ${verdict(audited)}`);
  for (const { name, listed, staged, aged, owed } of audited.calendars) {
    const books =
      listed === null
        ? "could not be listed"
        : [`${listed} listed`, `${staged ?? 0} staged`, `${aged ?? 0} outside the window`].join(", ");
    output.print(`  ${name}: ${books}${owed === 0 ? "" : `, ${owed} still to be read`}`);
  }
  printRest(output, audited);
}

/** Prints what came of the audit of a target, so that the sums add up for the reader. */
export function printTargetAudit(output: Output, audited: TargetAudit): void {
  const { books, waitsForPerson } = audited;
  const held = books?.standing.held ?? 0;
  output.print(`→ ${audited.target}: ${verdict(audited)}${waitsForPerson ? forYou(audited, held) : ""}`);
  if (books !== null) printBooks(output, books);
  printRest(output, audited);
  if (held > 0) output.print("  `kalends hold list` names what is held, and how to decide.");
}

/** What waits for a person beside the differences that the verdict counts already. */
function forYou({ differences }: TargetAudit, held: number): string {
  if (held > 0) return `; ${counted(held, "change")} ${isOrAre(held)} held for your decision`;
  return differences.some(({ state }) => state === "waits") ? "" : "; it waits for your decision";
}

function printBooks(output: Output, { events, objects, standing }: TargetBooks): void {
  const { staged, aged, ...classes } = events;
  const old = aged === 0 ? "" : `; ${aged} of the mapped ended before the window and ${isOrAre(aged)} kept`;
  output.print(`  ${counted(staged, "event")}: ${sumOf(classes)}${old}`);
  const { listed, recorded, ...kinds } = objects;
  output.print(`  ${counted(listed, "object")} in the calendar: ${sumOf(kinds)}`);
  const { withoutEvent, ...ownClasses } = standing;
  const bare = withoutEvent === 0 ? "" : `; no event has the place of ${withoutEvent} any more`;
  const present = objects.present === recorded ? "all present" : `${objects.present} of them present`;
  if (recorded > 0)
    output.print(`  ${counted(recorded, "object")} on record, ${present}: ${sumOf(ownClasses)}${bare}`);
}

function isOrAre(count: number): string {
  return count === 1 ? "is" : "are";
}

/** Where the name in the books would not do; the first is for one. */
const names: Readonly<Record<string, string | readonly [string, string]>> = {
  duplicates: ["duplicate", "duplicates"],
  outside: "outside the window",
  unaccounted: "unaccounted for",
  foreign: "not ours",
  orphans: "ours and not on record",
  unclaimed: "not claimed by a source yet",
};

/** The parts of a sum that are not 0. */
function sumOf(parts: Readonly<Record<string, number>>): string {
  const named = Object.entries(parts).flatMap(([name, count]) =>
    count === 0 ? [] : [`${count} ${nameOf(name, count)}`],
  );
  return named.length === 0 ? "none" : named.join(" + ");
}

function nameOf(name: string, count: number): string {
  const known = names[name] ?? name;
  return typeof known === "string" ? known : known[count === 1 ? 0 : 1];
}

function verdict({ isComplete, isBalanced, differences }: AccountAudit | TargetAudit): string {
  const count = (state: DifferenceState): number => differences.filter((one) => one.state === state).length;
  const [found, mended, left, waits] = [count("found"), count("mended"), count("left"), count("waits")];
  const books = isBalanced ? "balanced" : "does not balance";
  return [
    isComplete ? books : "was not audited in full",
    ...(found === 0 ? [] : [counted(found, "difference")]),
    ...(mended === 0 ? [] : [`${mended} put right`]),
    ...(left === 0 ? [] : [`${left} left`]),
    ...(waits === 0 ? [] : [`${waits} ${waits === 1 ? "waits" : "wait"} for you`]),
  ].join(", ");
}

/** What a person has to do stands first, what is done last. */
const order: readonly DifferenceState[] = ["waits", "left", "found", "mended"];

function printRest(
  output: Output,
  {
    differences,
    errors,
  }: { readonly differences: readonly Difference[]; readonly errors: readonly string[] },
): void {
  for (const state of order)
    for (const difference of differences) if (difference.state === state) printDifference(output, difference);
  for (const error of errors) output.print(`  ${error}`);
}

function printDifference(output: Output, { kind, place, event, next }: Difference): void {
  const title = event.title === null ? event.id : `${JSON.stringify(event.title)} (${event.id})`;
  const start = event.start === null ? "" : ` of ${event.start}`;
  output.print(`  ${kind} in ${place}: ${title}${start}. ${next}`);
}
