import { type DavCalendar, readCalendar } from "../dav/calendars.ts";
import { decodePath, hrefOfName, urlOfHref } from "../dav/href.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { SinkAccount } from "./account.ts";
import type { TargetSpec } from "./sink.ts";

/** Where a target stands, or, with `calendar` null, where it is to be made. */
export type FoundTarget = { readonly url: URL; readonly calendar: DavCalendar | null };

/**
 * Looks a target's collection up by its bound href, or by the path that its id gives; never by its display name.
 *
 * @throws RemoteError `missing` where a bound collection is not there, `forbidden` where it may not be written.
 */
export async function findTarget(
  account: SinkAccount,
  spec: TargetSpec,
  boundHref: string | null,
  signal: AbortSignal,
): Promise<FoundTarget> {
  const home = await account.home(signal);
  const pathOf = (id: string): string => `${hrefOfName(decodePath(home.pathname), `kalends-${id}`)}/`;
  const url = urlOfHref(boundHref ?? pathOf(spec.id), home);
  try {
    const calendar = await readCalendar(account.client, url, signal);
    requireWritable(calendar, spec, account.config.credentials.username);
    return { url, calendar };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.kind === "missing" && boundHref === null) {
      const { was = null, ...renamed } = spec;
      return was === null
        ? { url, calendar: null }
        : atFormerPath(account, renamed, pathOf(was), { url, calendar: null }, signal);
    }
    if ([401, 403, 404, 410, 421].includes(error.status ?? 0)) account.forgetHome();
    if (error.kind !== "missing") throw error;
    throw new RemoteError(
      "missing",
      `The calendar of target "${spec.id}" is not on the sink any more (${boundHref}).`,
      {
        status: error.status,
        code: error.code,
        remedy:
          "If the server was restored or moved, bring the calendar back; if it was removed on purpose, " +
          "give the target another id in the configuration, and it is made and filled anew.",
        cause: error,
      },
    );
  }
}

/** A target that was renamed keeps its collection, also when nothing remembers where it is bound. */
async function atFormerPath(
  account: SinkAccount,
  spec: TargetSpec,
  href: string,
  otherwise: FoundTarget,
  signal: AbortSignal,
): Promise<FoundTarget> {
  try {
    return await findTarget(account, spec, href, signal);
  } catch (error) {
    if (error instanceof RemoteError && error.kind === "missing") return otherwise;
    throw error;
  }
}

const writing = ["{DAV:}all", "{DAV:}write", "{DAV:}write-content", "{DAV:}bind"];

/** Servers that name no privileges are believed until they refuse a write. */
function requireWritable(calendar: DavCalendar, spec: TargetSpec, username: string): void {
  const { privileges } = calendar;
  if (privileges === null || writing.some((privilege) => privileges.has(privilege))) return;
  throw new RemoteError("forbidden", `The calendar of target "${spec.id}" is read-only for "${username}".`, {
    remedy: `Give "${username}" the right to write to ${calendar.href}, or name its owner as the sink's user.`,
  });
}
