import pLimit from "p-limit";
import type { Clock } from "../../http/clock.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { GraphClient, GraphTarget } from "./client.ts";
import type { JsonObject } from "./json.ts";
import { readPage } from "./odata-page.ts";
import { defaultPageLimits, emptyTrail, endlessReason, followPage, type PageLimits } from "./page-guard.ts";
import { prefer } from "./prefer.ts";

/** Exchange refuses the fifth request at once to one mailbox, and somebody else may be using one. */
const concurrentRequests = 3;

/** One mailbox as this source reads it. */
export type Mailbox = {
  readonly clock: Clock;
  /** Origin of Graph, for judging stored links. */
  readonly graph: URL;
  /** Reads one JSON object. @throws RemoteError naming source, mailbox and `what`. */
  get(read: MailboxRead): Promise<JsonObject>;
  /** Reads a collection to its last page; yields the items page by page. @throws RemoteError */
  pages(read: MailboxRead): AsyncIterable<readonly JsonObject[]>;
  /** `agency: sean@example.us: <what>` */
  describe(what: string): string;
  /** The address that a target is read from, without its query: what relative links are relative to. */
  address(target: GraphTarget): string;
};

type MailboxRead = {
  /** A path below `/users/{user}`, or a link that Graph gave. */
  readonly target: GraphTarget;
  /** What is attempted: `calendar "Work": reading the changes` */
  readonly what: string;
  readonly signal: AbortSignal;
  /** For `start` and `end`; UTC unless given. */
  readonly zone?: string | undefined;
  /** `odata.maxpagesize`, for delta queries. */
  readonly pageSize?: number;
};

export function createMailbox(options: {
  readonly sourceId: string;
  readonly user: string;
  readonly client: GraphClient;
  readonly clock: Clock;
  readonly limits?: PageLimits | undefined;
}): Mailbox {
  const { client, clock, limits = defaultPageLimits } = options;
  const permit = pLimit(concurrentRequests);
  const describe = (what: string): string => `${options.sourceId}: ${options.user}: ${what}`;

  const userPath = `/users/${encode(options.user)}`;
  const address = (target: GraphTarget): string =>
    "link" in target ? target.link : `${client.graph.origin}/v1.0${userPath}${target.path}`;

  function get({ target, what, signal, zone = "UTC", pageSize }: MailboxRead): Promise<JsonObject> {
    return client.get({
      target: "link" in target ? target : { ...target, path: `${userPath}${target.path}` },
      prefer: prefer(zone, pageSize),
      attempted: describe(what),
      permit,
      signal,
    });
  }

  async function* pages(read: MailboxRead): AsyncGenerator<readonly JsonObject[]> {
    const startedAt = clock.uptime();
    let trail = emptyTrail;
    for (let target: GraphTarget | null = read.target; target !== null; ) {
      const page = readPage(await get({ ...read, target }), describe(read.what), address(target));
      trail = followPage(trail, page.items);
      const endless =
        page.nextLink === null ? null : endlessReason(trail, clock.uptime() - startedAt, limits);
      if (endless !== null)
        throw new RemoteError("protocol", `${describe(read.what)} does not end: ${endless}`);
      yield page.items;
      target = page.nextLink === null ? null : { link: page.nextLink };
    }
  }

  return { clock, graph: client.graph, get, pages, describe, address };
}

/** A path segment: ids may hold `/`, `+` and `=`, a guest's user name holds `#`. */
export function encode(segment: string): string {
  return encodeURIComponent(segment);
}
