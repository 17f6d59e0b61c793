import type { IcalIndex } from "./ical-index.ts";
import type { XmlNode } from "./xml-node.ts";

/** A stored calendar object. Immutable: a write replaces it. */
export type StoredObject = {
  readonly name: string;
  readonly body: string;
  readonly etag: string;
  readonly index: IcalIndex;
  /** The change that put it there. */
  readonly change: Change;
};

/** One line of a calendar's change log. An empty name is a change of the collection's properties. */
export type Change = {
  readonly name: string;
  readonly token: number;
  readonly operation: "added" | "modified" | "deleted";
};

/** A calendar's contents, whoever sees them. `token` is the number the next change will get. */
export type Calendar = {
  readonly id: number;
  readonly objects: Map<string, StoredObject>;
  readonly changes: Change[];
  token: number;
  /** Sync tokens below this are no longer known. */
  knownFrom: number;
  readonly components: readonly string[];
};

/** 1 owner, 2 read-only, 3 writable; null as MKCALENDAR leaves it in Baikal's SQLite. */
export type Access = 1 | 2 | 3 | null;

/** A calendar as one account sees it: its place in the home, its name and colour, and the right to it. */
export type Instance = {
  readonly uri: string;
  readonly calendarId: number;
  access: Access;
  readonly properties: Map<string, XmlNode>;
  /** Set on a sharee's instance: the href as the owner wrote it. */
  readonly shareHref: string | null;
  /** iCloud's shared-with-me calendars, seen to be 404 in multiget. */
  readonly unreadableByMultiget: boolean;
};

/** One user with home, inbox and addresses. */
export type Account = {
  readonly name: string;
  password: string;
  /** The principal's address, used for scheduling and sharing. */
  email: string;
  readonly displayName: string;
  /** iCloud's number in the path of principal and home. */
  dsid: string;
  /** Index of the partition host that serves the home. */
  partition: number;
  readonly instances: Instance[];
  readonly inbox: Map<string, string>;
};

/** A share that reached nobody, kept for `DAV:invite`. */
type InvalidInvite = { readonly calendarId: number; readonly href: string; readonly access: 2 | 3 };

/** Everything a database backup would hold. Plain data: `structuredClone` copies it. */
export type ServerState = {
  readonly accounts: Map<string, Account>;
  readonly calendars: Map<number, Calendar>;
  readonly invalidInvites: InvalidInvite[];
  nextId: number;
  /** Paths of homes that moved away, by dsid and partition. */
  readonly formerHomes: { readonly dsid: string; readonly partition: number; readonly account: string }[];
};

/** A server nobody has used yet. */
export function emptyState(): ServerState {
  return { accounts: new Map(), calendars: new Map(), invalidInvites: [], nextId: 1, formerHomes: [] };
}

/** The contents behind an instance. */
export function calendarOf(state: ServerState, instance: Instance): Calendar {
  const calendar = state.calendars.get(instance.calendarId);
  if (!calendar) throw new Error(`calendar ${instance.calendarId} has no contents`);
  return calendar;
}

/** The account's instance at that place in its home. */
export function instanceAt(account: Account, uri: string): Instance | undefined {
  return account.instances.find((instance) => instance.uri === uri);
}
