import type { Activity } from "./activity.ts";
import type { FaultBoard } from "./faults.ts";
import type { Layout } from "./layout.ts";
import type { Account, Instance, ServerState } from "./state.ts";
import type { CaldavSwitches, Persona } from "./switches.ts";
import type { XmlDialect } from "./xml-write.ts";
import type { XmlNode } from "./xml-node.ts";

/** One running simulator: its state, its switches and what it has seen. */
export type ServerContext = {
  readonly persona: Persona;
  readonly dialect: XmlDialect;
  readonly layout: Layout;
  readonly switches: CaldavSwitches;
  state: ServerState;
  readonly activity: Activity;
  readonly faults: FaultBoard;
  /** Origins (`https://host:port`) of the partitions; filled when the listeners stand. */
  readonly partitionOrigins: string[];
  entryOrigin: string;
  /** Digest nonces given out: when, and which counts were used. */
  readonly nonces: Map<string, { readonly issued: number; readonly used: Set<string> }>;
  readonly sessionIds: Set<string>;
  readonly now: () => number;
};

/** Which listener a request came to. */
export type Host = "entry" | { readonly partition: number };

/** A request, its body read. Header names are in lower case. */
export type DavRequest = {
  readonly method: string;
  /** The raw path, without query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The parsed body where it is XML. */
  readonly xml: XmlNode | undefined;
  readonly host: Host;
  /** Hrefs that a fault makes missing in a multiget. */
  readonly missingHref: string | undefined;
};

/** An answer, whole. */
export type DavAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The encoded path of a calendar in its owner's or sharee's home, with a trailing slash. */
export function calendarPath(context: ServerContext, account: Account, instance: Instance): string {
  return `${context.layout.home(account)}${context.layout.encode(instance.uri)}/`;
}

/** The encoded path of an object. */
export function objectPath(
  context: ServerContext,
  account: Account,
  instance: Instance,
  name: string,
): string {
  return `${calendarPath(context, account, instance)}${context.layout.encode(name)}`;
}

/** The addresses under which scheduling knows a user: the mail address as written, and the principal's path. */
export function addressesOf(context: ServerContext, account: Account): string[] {
  return [`mailto:${account.email}`, context.layout.principal(account)];
}
