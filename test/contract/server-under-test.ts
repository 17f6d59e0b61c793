import type { Credentials } from "../../src/config/config.ts";

/** A CalDAV server that the contract suites are run on. Everything in it is reached by URL alone. */
export type ServerUnderTest = {
  readonly name: string;
  readonly kind: "icloud" | "caldav";
  /** Where discovery begins. */
  readonly url: URL;
  readonly credentials: Credentials;
  readonly auth: "auto" | "basic" | "digest";
  /** False where any password is accepted. */
  readonly checksPassword: boolean;
  /** A second principal with whom calendars can be shared by protocol, or null where the server cannot. */
  readonly phone: { readonly credentials: Credentials; readonly address: string | null } | null;
  /** Objects of the round trips that come back as something else, by title: what the server does to them. */
  readonly spoils?: Readonly<Record<string, string>>;
  /** How many objects the paging test writes: many for a server in this process, fewer for a slow one. */
  readonly manyObjects: number;
};
