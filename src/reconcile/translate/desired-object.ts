import type { CalendarObject, TranslatedEvent } from "../../calendar/candidate.ts";
import { meetingUidOf } from "../../calendar/slot.ts";
import type { Context } from "../context.ts";
import { type TranslatedAccount, translateNative } from "./translate-native.ts";

/**
 * The object behind a candidate, translated again from its native form: a pure function of it, so
 * nothing but the native form needs to be kept. `key` is the meeting's. Undefined when the native form no longer gives it.
 */
export function desiredObject(
  context: Context,
  entry: TranslatedAccount,
  native: string,
  { key, instance }: { readonly key: string; readonly instance: string | null },
): CalendarObject | undefined {
  return desiredEvents(context, entry, native, key).find((event) => event.instance === instance)?.object;
}

/** All that a native form gives of one meeting: one object may hold several meetings, and several parts of one. */
export function desiredEvents(
  context: Context,
  entry: TranslatedAccount,
  native: string,
  key: string,
): readonly TranslatedEvent[] {
  const translation = translateNative(context, entry, native);
  if (translation.kind !== "translated") return [];
  const uid = meetingUidOf(key);
  return translation.events.filter((event) => event.meetingUid === uid);
}
