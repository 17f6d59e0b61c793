import type { CaldavSourceConfig } from "../../config/config.ts";
import { createAuthenticator } from "../../dav/authenticator.ts";
import { listCalendars } from "../../dav/calendars.ts";
import { createDavClient } from "../../dav/dav-client.ts";
import { listEtags } from "../../dav/list-etags.ts";
import { decodePath, urlOfHref } from "../../dav/href.ts";
import { type Clock, systemClock } from "../../http/clock.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { RetryPolicy } from "../../http/retry.ts";
import type { Transport } from "../../http/transport.ts";
import type { CalendarRef, Source } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { credentialHosts } from "./credential-hosts.ts";
import { findHomes, type Homes, mayHaveMoved, recallHomes, rememberHomes } from "./home.ts";
import { readRound } from "./round.ts";
import { selectCalendars } from "./select-calendars.ts";
import { settleOwed } from "./settle.ts";
import { caldavTranslator } from "./translate.ts";

export type CaldavSourceParts = {
  /** Owned: disposed of with the source. */
  readonly transport: Transport;
  readonly clock?: Clock;
  /** In [0, 1), for the jitter between retries. */
  readonly random?: () => number;
  readonly retry?: RetryPolicy;
};

/** iCloud answers large multigets with time-outs; 10 is what its widest-used Android client asks for. */
const batchSizes = { icloud: 10, caldav: 50 } as const;

/** An iCloud account or any other CalDAV account (RFC 4791, RFC 6578) as a source. */
export function createCaldavSource(config: CaldavSourceConfig, parts: CaldavSourceParts): Source {
  const client = createDavClient({
    ...parts,
    authenticator: createAuthenticator({
      username: config.credentials.username,
      password: config.credentials.password.reveal(),
      scheme: config.auth,
    }),
    account: `${config.id}/${config.credentials.username}`,
    mayReceiveCredentials: credentialHosts(config.url),
  });
  const { clock = systemClock } = parts;
  const account: Account = { client, config, batchSize: batchSizes[config.kind] };
  let homes: Homes | null = null;

  const list = async (current: Homes, signal: AbortSignal) => {
    const found = [];
    for (const home of current) found.push(...(await listCalendars(client, home, signal)));
    return found;
  };

  const resolve = async (calendar: CalendarRef, signal: AbortSignal): Promise<Collection> => {
    homes ??= recallHomes(account, calendar.memory ?? null) ?? (await findHomes(account, signal));
    const home = homes.find((each) => calendar.id.startsWith(decodePath(each.pathname))) ?? homes[0];
    const subject = `calendar "${calendar.name}" of source "${config.id}"`;
    return { url: urlOfHref(calendar.id, home), subject };
  };

  return {
    coverage: "everything",
    translator: caldavTranslator,

    async listCalendars(memory, signal) {
      const remembered = recallHomes(account, memory);
      let current = remembered ?? (await findHomes(account, signal));
      let found: Awaited<ReturnType<typeof list>>;
      try {
        found = await list(current, signal);
      } catch (error) {
        if (remembered === null || !mayHaveMoved(error)) throw error;
        current = await findHomes(account, signal);
        found = await list(current, signal);
      }
      // A home that moved may redirect to the new one (what it redirects for a single calendar is another matter), or
      // stand empty.
      const isElsewhere =
        found.length === 0 || found.some(({ url }) => current.every((home) => home.origin !== url.origin));
      if (remembered !== null && isElsewhere) {
        current = await findHomes(account, signal);
        found = await list(current, signal);
      }
      if (found.length === 0) refuseNoCalendars(config);
      homes = current;
      return {
        ...selectCalendars(found, config.calendars),
        memory: rememberHomes(account, current),
        categoryColors: null,
      };
    },

    async *round(request, signal) {
      const collection = await resolve(request.calendar, signal);
      yield* readRound({ account, collection, request, signal, clock });
    },

    async *settle(calendar, items, _window, signal) {
      yield* settleOwed(account, await resolve(calendar, signal), items, signal);
    },

    async *list(calendar, _window, signal) {
      const { url } = await resolve(calendar, signal);
      const listed = await listEtags(client, url, signal);
      yield listed.map(({ href, etag }) => ({ nativeId: href, etag }));
    },

    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/**
 * No iCloud account is without a calendar, nor one of which calendars are named.
 *
 * @throws RemoteError `protocol`
 */
function refuseNoCalendars({ id, kind, calendars, credentials }: CaldavSourceConfig): void {
  if (kind !== "icloud" && calendars === "all") return;
  throw new RemoteError(
    "protocol",
    `${id}/${credentials.username}: the account lists no calendar that events can stand in`,
    {
      status: 207,
      remedy:
        "It is asked again, and nothing is taken for removed; check with a calendar app what the account shows.",
    },
  );
}
