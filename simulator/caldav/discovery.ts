import { DavFault } from "./dav-fault.ts";
import { emptyAnswer } from "./answers.ts";
import type { DavAnswer, DavRequest, ServerContext } from "./server-context.ts";
import type { Account } from "./state.ts";

/** The value of `calendar-home-set`: a path, or for iCloud an absolute URL on the account's partition. */
export function homeHref(context: ServerContext, account: Account): string {
  const home = context.layout.home(account);
  return context.persona === "icloud" ? `${context.partitionOrigins[account.partition] ?? ""}${home}` : home;
}

/** The answer to `/.well-known/caldav`. */
export function wellKnownAnswer(context: ServerContext): DavAnswer {
  const status = context.switches.wellKnown;
  if (status === 404 || status === 501) return emptyAnswer(status);
  const target = context.persona === "baikal" ? "/dav.php" : "/";
  return emptyAnswer(status, { Location: `${context.entryOrigin}${target}` });
}

/**
 * iCloud's hosts: the entry knows principals and sends everything else to the partition; a partition serves
 * only the homes that live on it. Returns an answer where the request came to the wrong place.
 *
 * @throws DavFault for a home of another user or on another partition.
 */
export function wrongHostAnswer(
  context: ServerContext,
  request: DavRequest,
  user: Account,
): DavAnswer | undefined {
  if (request.path === "/") return request.method === "GET" ? emptyAnswer(400) : undefined;
  const dsid = request.path.split("/")[1] ?? "";
  const isHome = request.path.split("/")[2] === "calendars";
  const former = context.state.formerHomes.find(
    (home) =>
      home.account === user.name &&
      home.dsid === dsid &&
      (request.host === "entry" || home.partition === request.host.partition),
  );
  const there = dsid === user.dsid && (request.host === "entry" || request.host.partition === user.partition);
  if (former && !there && isHome) return movedAnswer(context, user);
  if (dsid !== user.dsid) throw new DavFault(403, "Forbidden", "not this user's path");
  if (!isHome) return undefined;
  if (request.host === "entry") {
    const origin = context.partitionOrigins[user.partition] ?? "";
    return emptyAnswer(context.switches.entryRedirect, { Location: `${origin}${request.path}` });
  }
  if (request.host.partition !== user.partition) throw new DavFault(403, "Forbidden", "wrong partition");
  return undefined;
}

function movedAnswer(context: ServerContext, user: Account): DavAnswer {
  const status = context.switches.movedHome;
  if (status === 301) return emptyAnswer(301, { Location: homeHref(context, user) });
  if (status === 401) return emptyAnswer(401, { "WWW-Authenticate": 'Basic realm="MMCalDav"' });
  return emptyAnswer(status);
}
