import { readObject } from "../../calendar/read-object.ts";
import { slotValue, verifyKalendsId } from "../../calendar/slot.ts";
import type { Context } from "../context.ts";

/** What names are made from. */
type Naming = Pick<Context, "installationKey" | "targets">;

/**
 * The first values that a meeting's slot in a target may have: made of the target's id, or of the id that
 * it had before. They matter when the database is lost and objects are to be found again.
 */
export function slotValues(context: Naming, targetId: string, meetingKey: string): string[] {
  return idsOf(context, targetId).map((id) => slotValue(context.installationKey, id, meetingKey));
}

/** The slot of an object of this installation in this target, under its id or its former one; null for others. */
export function slotOfObject(
  context: Naming,
  targetId: string,
  uid: string,
  kalendsId: string,
): string | null {
  for (const id of idsOf(context, targetId)) {
    const slot = verifyKalendsId(context.installationKey, id, uid, kalendsId);
    if (slot !== null) return slot;
  }
  return null;
}

/**
 * Whether a source hands us an object that we wrote: one of its calendars is a target of ours, or an
 * instance of one. Read as an event it would come back as a copy of itself.
 */
export function isOwnObject(context: Naming & Pick<Context, "zone">, native: string): boolean {
  if (!native.includes("X-KALENDS-ID")) return false;
  const read = readObject(native, context.zone);
  if (read.kind === "problem" || read.facts.kalendsId === null) return false;
  const { uid, kalendsId } = read.facts;
  return context.targets.some((target) => slotOfObject(context, target.id, uid, kalendsId) !== null);
}

function idsOf(context: Naming, targetId: string): string[] {
  const was = context.targets.find((target) => target.id === targetId)?.was ?? null;
  return was === null ? [targetId] : [targetId, was];
}
