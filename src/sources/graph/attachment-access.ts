import type { Clock } from "../../http/clock.ts";
import type { RemoteError } from "../../http/remote-error.ts";
import type { IdentifiedEvent } from "./event.ts";

/**
 * Which lists of attachments of a mailbox Graph does not give, so that it is not asked for them again and
 * again: learned, and forgotten after a day or with the process.
 */
export type AttachmentAccess = {
  isRefused(calendarId: string, event: IdentifiedEvent): boolean;
  refused(calendarId: string, event: IdentifiedEvent, error: RemoteError): void;
  granted(calendarId: string): void;
  /** Counts a failure that may pass. True when it has been so for long that it counts as a refusal. */
  failed(calendarId: string, event: IdentifiedEvent): boolean;
};

const rememberedForMs = 24 * 3_600_000;
/** One 403 may be the matter of one event; so many without a success between them are a missing permission. */
const denialsUntilClosed = 5;
/** Failures of one list that are put down to Graph being unwell: an ornament must not keep a mailbox incomplete. */
const failuresAwaited = 5;
const mostRemembered = 10_000;

export function createAttachmentAccess(clock: Clock): AttachmentAccess {
  const refusedUntil = new Map<string, number>();
  const denials = new Map<string, number>();
  const failures = new Map<string, number>();
  const isOn = (key: string): boolean => clock.uptime() < (refusedUntil.get(key) ?? 0);
  const remember = (key: string): void => {
    if (refusedUntil.size >= mostRemembered) refusedUntil.clear();
    refusedUntil.set(key, clock.uptime() + rememberedForMs);
  };
  return {
    isRefused: (calendarId, event) => isOn(calendarId) || isOn(versionKey(calendarId, event)),
    refused(calendarId, event, error) {
      remember(versionKey(calendarId, event));
      if (error.kind !== "forbidden") return;
      const count = (denials.get(calendarId) ?? 0) + 1;
      denials.set(calendarId, count % denialsUntilClosed);
      if (count === denialsUntilClosed) remember(calendarId);
    },
    granted: (calendarId) => void denials.delete(calendarId),
    failed(calendarId, event) {
      const key = versionKey(calendarId, event);
      const count = (failures.get(key) ?? 0) + 1;
      if (failures.size >= mostRemembered) failures.clear();
      if (count < failuresAwaited) {
        failures.set(key, count);
        return false;
      }
      failures.delete(key);
      remember(key);
      return true;
    },
  };
}

/** One version of one event: a change may bring a list that can be read. */
function versionKey(calendarId: string, event: IdentifiedEvent): string {
  return JSON.stringify([calendarId, event.id, event["@odata.etag"] ?? null]);
}
