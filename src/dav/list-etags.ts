import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { normalizeEtag } from "./etag.ts";
import { isSameHref, resolveHref } from "./href.ts";
import { isSuccess } from "./multistatus.ts";
import { DAV, type DavClient, type DavResponse, type Name } from "./protocol.ts";
import { childNamed, keyOf } from "./xml.ts";

/** One calendar object of a listing; `etag` is normalised, null where the server did not say. */
export type ListedObject = { readonly href: string; readonly etag: string | null };

const getEtag: Name = [DAV, "getetag"];
const contentType: Name = [DAV, "getcontenttype"];
const resourceType: Name = [DAV, "resourcetype"];

/**
 * All calendar objects of a collection with their ETags (PROPFIND Depth 1): complete, or throws.
 *
 * @throws RemoteError `protocol` where the collection's own response is not in the answer.
 */
export async function listEtags(
  client: DavClient,
  collection: URL,
  signal: AbortSignal,
): Promise<readonly ListedObject[]> {
  const { url, multistatus } = await client.propfind(
    collection,
    "1",
    [getEtag, contentType, resourceType],
    signal,
  );
  const attempted = describeRequest({ method: "PROPFIND", url });
  const self = resolveHref(url.pathname, url);
  const objects: ListedObject[] = [];
  let sawItself = false;
  for (const response of multistatus.responses) {
    const status = response.status ?? 200;
    if (isSameHref(response.href, self)) {
      sawItself = isSuccess(status);
    } else if (status !== 404 && status !== 410 && isCalendarObject(response)) {
      // One that the server could not look at is there all the same.
      objects.push({
        href: response.href,
        etag: normalizeEtag(response.properties.get(keyOf(getEtag))?.text),
      });
    }
  }
  if (!sawItself) {
    throw new RemoteError("protocol", `${attempted}: the answer leaves the collection itself out`, {
      status: 207,
      remedy: "Check that the URL names a calendar; nothing is taken for removed.",
    });
  }
  return objects;
}

function isCalendarObject({ href, properties }: DavResponse): boolean {
  const type = properties.get(keyOf(resourceType));
  if (href.endsWith("/") || (type !== undefined && childNamed(type, [DAV, "collection"]) !== undefined))
    return false;
  const content = properties.get(keyOf(contentType))?.text.trim() ?? "";
  return content === "" || /^text\/calendar\b/i.test(content);
}
