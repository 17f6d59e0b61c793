import { slotValue, verifyKalendsId } from "../calendar/slot.ts";
import type { Context } from "./context.ts";

/**
 * The first values that a meeting's slot in a target may have: made of the target's id, or of the id that
 * it had before. They matter when the database is lost and objects are to be found again.
 */
export function slotValues(context: Context, targetId: string, meetingKey: string): string[] {
  return idsOf(context, targetId).map((id) => slotValue(context.installationKey, id, meetingKey));
}

/** The slot of an object of this installation in this target, under its id or its former one; null for others. */
export function slotOfObject(
  context: Context,
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

function idsOf(context: Context, targetId: string): string[] {
  const was = context.targets.find((target) => target.id === targetId)?.was ?? null;
  return was === null ? [targetId] : [targetId, was];
}
