import type { UndoPlan } from "../reconcile/decide/plan-undo.ts";
import type { Undone } from "../reconcile/decide/undo.ts";
import type { UndoItem } from "../reconcile/decide/undo-object.ts";
import { counted } from "./counted.ts";
import { outage } from "./outage-text.ts";
import type { Output } from "./output.ts";

type Explained = { readonly title: string; readonly reason: string };

/** So many titles are named where the same is said of more. */
const mostNamed = 3;

/** Prints what is said of several events alike once, with their titles. */
export function printAlike(output: Output, lead: string, events: readonly Explained[]): void {
  for (const [reason, alike] of Map.groupBy(events, (event) => event.reason)) {
    const named = alike.slice(0, alike.length > mostNamed + 1 ? mostNamed : alike.length);
    const more = alike.length - named.length;
    const titles = named.map(({ title }) => JSON.stringify(title)).join(", ");
    output.print(`${lead}: ${titles}${more === 0 ? "" : ` and ${more} more`}: ${reason}`);
  }
}

/** What would be or was done with each event. */
export function printPlan(output: Output, plan: UndoPlan | null): void {
  if (plan === null) {
    output.print("  Nothing was changed there, as far as the journal goes back.");
    return;
  }
  const refused: Explained[] = [];
  const nothing: Explained[] = [];
  for (const item of plan.items) {
    if (item.kind === "refused") refused.push(item);
    else if (item.kind === "nothing") nothing.push(item);
    else output.print(`  ${verbs[item.kind].padEnd(14)} ${JSON.stringify(item.title)}`);
  }
  printAlike(output, "  nothing to do", nothing);
  printAlike(output, "  cannot be undone", refused);
}

const verbs = {
  create: "put back",
  update: "change back",
  delete: "remove again",
  release: "let go again",
};

/** How many events of each kind of step, in words. */
export function tally(items: readonly UndoItem[]): string {
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

/** What an undo came to, and what follows. */
export function summary({ plan, failed, run }: Extract<Undone, { readonly kind: "done" }>): string {
  const slots = new Set(failed.map(({ slot }) => slot));
  const done = plan.items.filter((item) => isPossible(item) && !slots.has(item.slot));
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

/**
 * Why an undo came to a stop, how far it got, and what to do.
 *
 * @param name how the run or event is named on the command line
 */
export function stopped(
  { begun, restored, error }: Extract<Undone, { readonly kind: "stopped" }>,
  target: string,
  subject: { readonly kind: "run" | "event"; readonly name: string },
): string {
  const again = `\`kalends undo ${subject.name} --yes\``;
  const why = outage(error);
  if (begun === null) return `${target}: nothing was undone: ${why} Give ${again} again then.`;
  if (subject.kind === "event")
    return (
      `${target}: it is not known whether the event was put back: ${why} \`kalends sync\` then finds out. If ` +
      `\`kalends history ${subject.name}\` has no line of run ${begun.run.slice(0, 8)} after that, it was not put back: ` +
      `give ${again} again.`
    );
  const rest = `What was put back stays so; give ${again} again then for the rest.`;
  return `${target}: the undo stopped after ${restored} of ${counted(begun.total, "event")}: ${why} ${rest}`;
}

/** Whether something is or was to be done. */
export function isPossible(item: UndoItem): boolean {
  return item.kind !== "refused" && item.kind !== "nothing";
}

/** An undo's plan as JSON. */
export function shown(plan: UndoPlan | null): Readonly<Record<string, unknown>> {
  if (plan === null) return { target: null, run: null, items: [] };
  const items = plan.items.map((item) => ({
    kind: item.kind,
    slot: item.slot,
    title: item.title,
    reason: "reason" in item ? item.reason : null,
  }));
  return { target: plan.targetId, run: plan.run, items };
}
