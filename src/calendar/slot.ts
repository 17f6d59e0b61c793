import { createHmac, timingSafeEqual } from "node:crypto";

/** What makes two candidates the same meeting in a target. */
export type MeetingKeyParts = {
  /** The clean UID (see identity.ts). */
  readonly meetingUid: string;
  /** RECURRENCE-ID instant of a loose invitation to one instance; null for single events and series. */
  readonly instance: string | null;
  /** Id of a source that keeps its meetings apart; null otherwise. */
  readonly apart: string | null;
  /** Identity of the second event with this UID in one account; null for the first. */
  readonly extra: string | null;
};

/** The key as one string; different parts never give the same one. */
export function meetingKey(parts: MeetingKeyParts): string {
  return JSON.stringify([parts.meetingUid, parts.instance, parts.apart, parts.extra]);
}

/** The clean UID in a key. */
export function meetingUidOf(key: string): string {
  const [uid]: unknown[] = JSON.parse(key);
  return typeof uid === "string" ? uid : "";
}

/** First value of a slot: 32 lower-case hexadecimal digits that tell nothing without the installation key. */
export function slotValue(installationKey: Uint8Array, target: string, key: string): string {
  return digest(installationKey, ["slot", target, key]);
}

/** Last path segment of the object in the sink. */
export function slotName(slot: string): string {
  return `${slot}.ics`;
}

/** The slot value in a name of this kind; null for any other name. Proves nothing: anybody may name an object so. */
export function slotOfName(name: string): string | null {
  return /^([0-9a-f]{32})\.ics$/.exec(name)?.[1] ?? null;
}

/** UID of the object in the sink: the slot value in the shape of a UUID. */
export function slotUid(slot: string): string {
  return slot.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Value of X-KALENDS-ID for the object with this UID in this target. */
export function kalendsId(installationKey: Uint8Array, target: string, slot: string, uid: string): string {
  return `${slot}.${digest(installationKey, ["id", slot, target, uid])}`;
}

/** The slot value in an X-KALENDS-ID if it is ours and belongs to this UID and target; null otherwise. */
export function verifyKalendsId(
  installationKey: Uint8Array,
  target: string,
  uid: string,
  value: string,
): string | null {
  const [, slot] = /^([0-9a-f]{32})\.[0-9a-f]{32}$/.exec(value) ?? [];
  if (slot === undefined) return null;
  const expected = kalendsId(installationKey, target, slot, uid);
  return timingSafeEqual(Buffer.from(value), Buffer.from(expected)) ? slot : null;
}

function digest(key: Uint8Array, fields: readonly string[]): string {
  const hmac = createHmac("sha256", key);
  for (const field of fields) {
    const bytes = Buffer.from(field, "utf8");
    hmac.update(`${bytes.length}:`).update(bytes);
  }
  return hmac.digest("hex").slice(0, 32);
}
