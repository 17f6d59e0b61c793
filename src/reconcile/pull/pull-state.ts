import type { Logger } from "pino";
import { RemoteError } from "../../http/remote-error.ts";
import { sentence } from "../../http/sentence.ts";
import type { CalendarRef } from "../../sources/source.ts";
import { type Account, accountKey } from "../../store/accounts.ts";
import type { Collection } from "../../store/collections.ts";
import type { ConfiguredAccount, Context } from "../context.ts";
import type { LeaseGuard } from "../with-lease.ts";

/** What the steps of one pull share. */
export type PullState = {
  readonly context: Context;
  readonly configured: ConfiguredAccount;
  readonly account: Account;
  readonly log: Logger;
  readonly lease: LeaseGuard;
  readonly signal: AbortSignal;
  readonly errors: Array<{ message: string; error: unknown }>;
  /** What the account's newest listing asked to be told again. */
  memory: string | null;
  /** Whether the calendars were listed in this pull. */
  hasListed: boolean;
  readonly counts: { staged: number; tombstones: number };
  readonly ignoreBackOff: boolean;
  /** Told after each commit that leaves something to be translated. */
  readonly onStaged: () => void;
};

/**
 * Notes once what went wrong: for whom, and what is or can be done about it.
 *
 * @param calendar where it concerns one alone
 */
export function note(state: PullState, what: string, error: unknown, calendar?: Collection): void {
  const next = error instanceof RemoteError ? nextOf(error) : undefined;
  const named = nameIn(what, state.configured, calendar);
  const message = next === undefined ? named : `${sentence(named)} ${next}`;
  if (!state.errors.some((entry) => entry.message === message)) state.errors.push({ message, error });
}

function nextOf({ remedy, willRecover }: RemoteError): string | undefined {
  return remedy ?? (willRecover ? "It is tried again by itself." : undefined);
}

/** A transport knows only the address, and a DAV client only the account; Graph's messages name all three. */
function nameIn(what: string, { sourceId, name }: ConfiguredAccount, calendar?: Collection): string {
  const key = accountKey({ sourceId, name });
  const isNamed =
    what.startsWith(`${sourceId}: `) || what.startsWith(key) || what.includes(`of source "${sourceId}"`);
  if (calendar === undefined) return isNamed ? what : `${key}: ${what}`;
  const bare = what.startsWith(`${key}: `) ? what.slice(key.length + 2) : what;
  return isNamed && bare === what ? what : `${key}, calendar ${JSON.stringify(calendar.name)}: ${bare}`;
}

/** A calendar as its source knows it. */
export function refOf(collection: Collection, memory: string | null): CalendarRef {
  return { id: collection.native_id, name: collection.name, memory };
}
