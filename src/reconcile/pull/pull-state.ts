import type { Logger } from "pino";
import { RemoteError } from "../../http/remote-error.ts";
import { sentence } from "../../http/sentence.ts";
import type { CalendarRef } from "../../sources/source.ts";
import type { Account } from "../../store/accounts.ts";
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

/** Notes what went wrong, with what can be done about it. */
export function note(state: PullState, message: string, error: unknown): void {
  const remedy = error instanceof RemoteError ? error.remedy : undefined;
  state.errors.push({ message: remedy === undefined ? message : `${sentence(message)} ${remedy}`, error });
}

/** A calendar as its source knows it. */
export function refOf(collection: Collection, memory: string | null): CalendarRef {
  return { id: collection.native_id, name: collection.name, memory };
}
