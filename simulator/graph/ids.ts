import type { Item, Mailbox } from "./model.ts";
import type { Identifiers } from "./world.ts";
import { formatDay } from "./local-time.ts";

/**
 * Ids look like Exchange's: long, URL-safe Base64 with padding. All items of a mailbox differ in nothing but
 * the case of some letters, because ids are case-sensitive and whoever forgets it shall notice.
 */
const letters = "kQzRbTnWcXyLmPdVfGhJ";
const occurrenceMark = "FRAI";
const digitLetters = "gHjKmNpQrS";

function caseCode(number: number): string {
  return letters
    .split("")
    .map((letter, bit) => ((number >> bit) & 1 ? letter.toUpperCase() : letter.toLowerCase()))
    .join("");
}

/** The id that an item has in the calendar it stands in. */
export function newDefaultId(identifiers: Identifiers, mailbox: Mailbox): string {
  return `AAMkAG${identifiers.hash(mailbox.objectId)}BGAAAAAAD${caseCode(identifiers.next())}AAA=`;
}

/** The id that an item keeps for life. */
export function newImmutableId(identifiers: Identifiers, mailbox: Mailbox): string {
  return `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${identifiers.hash(mailbox.objectId).slice(0, 24)}${caseCode(identifiers.next())}AAA=`;
}

/** Calendars have one kind of id, which does not change. */
export function newCalendarId(identifiers: Identifiers, mailbox: Mailbox): string {
  return `AAMkAG${identifiers.hash(mailbox.objectId)}AuAAAAAAD${caseCode(identifiers.next())}AAA=`;
}

/** The id of an occurrence or exception: its master's with the original day (a day number) inside. */
export function occurrenceId(masterId: string, day: number): string {
  const date = formatDay(day)
    .replaceAll("-", "")
    .replace(/\d/g, (digit) => digitLetters.charAt(Number(digit)));
  return `${masterId.slice(0, -4)}${occurrenceMark}${date}AAA=`;
}

/** Takes an occurrence's id apart; null for any other id. The date is `yyyy-mm-dd`. */
export function splitOccurrenceId(id: string): { readonly masterId: string; readonly date: string } | null {
  const parts = /^(.+)FRAI([gHjKmNpQrS]{8})AAA=$/.exec(id);
  if (parts === null) return null;
  const digits = (parts[2] ?? "").replace(/./g, (letter) => String(digitLetters.indexOf(letter)));
  return {
    masterId: `${parts[1]}AAA=`,
    date: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`,
  };
}

/** Whether a text can be an item id at all. */
export function isWellFormedId(id: string): boolean {
  return /^AA(Mk|kA)[A-Za-z0-9_-]{20,}={0,2}$/.test(id);
}

/** The changeKey of an item at its present revision. */
export function changeKeyOf(item: Item): string {
  const bytes = Buffer.alloc(22);
  bytes.write("EZ9r3czxY0m2jz8c45czkw", "base64");
  bytes.writeUInt32BE(item.revision, 18);
  return bytes.toString("base64");
}

const globalObjectIdClass = "040000008200E00074C5B7101A82E008";

/** A GlobalObjectId as Exchange makes it, instance date zero. `created` in epoch ms. */
export function newICalUId(identifiers: Identifiers, created: number): string {
  const fileTime = Buffer.alloc(8);
  fileTime.writeBigUInt64LE(BigInt(created) * 10_000n + 116_444_736_000_000_000n);
  const data = Buffer.from(identifiers.guid().replaceAll("-", ""), "hex");
  return globalObjectId(fileTime, data);
}

/** The GlobalObjectId of a meeting whose invitation came from another calendar system with this UID. */
export function foreignICalUId(uid: string): string {
  const data = Buffer.concat([
    Buffer.from("vCal-Uid", "ascii"),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from(`${uid}\0`, "utf8"),
  ]);
  return globalObjectId(Buffer.alloc(8), data);
}

function globalObjectId(fileTime: Buffer, data: Buffer): string {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return `${globalObjectIdClass}00000000${Buffer.concat([fileTime, Buffer.alloc(8), size, data])
    .toString("hex")
    .toUpperCase()}`;
}

/** A series' GlobalObjectId with the date of one instance in it. Other forms of UID are left as they are. */
export function instanceICalUId(iCalUId: string, day: number): string {
  if (!iCalUId.startsWith(globalObjectIdClass)) return iCalUId;
  const [year = 0, month = 0, date = 0] = formatDay(day).split("-").map(Number);
  const bytes = Buffer.from([year >> 8, year & 255, month, date])
    .toString("hex")
    .toUpperCase();
  return iCalUId.slice(0, 32) + bytes + iCalUId.slice(40);
}
