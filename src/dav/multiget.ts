import { normalizeEtag } from "./etag.ts";
import { encodePath } from "./href.ts";
import { isSuccess } from "./multistatus.ts";
import { CALDAV, DAV, type DavClient, type DavResponse, type Name } from "./protocol.ts";
import { escapeXml, keyOf } from "./xml.ts";
import { isWholeObject } from "./whole-object.ts";
import { xmlDocument, xmlElement } from "./xml-document.ts";

/** What the server said about one href that was asked for; hrefs are those of the request. */
export type MultigetResult =
  /** `data` is the object's text as the report carried it (line ends may have become LF). */
  | { readonly kind: "found"; readonly href: string; readonly etag: string | null; readonly data: string }
  /** The server named the href with this status (404, 403, 5xx …). */
  | { readonly kind: "failed"; readonly href: string; readonly status: number }
  /** The server left out the href or (part of) its data: sabre/dav does so for objects that are gone, but it proves nothing. */
  | { readonly kind: "unanswered"; readonly href: string };

const getEtag: Name = [DAV, "getetag"];
const calendarData: Name = [CALDAV, "calendar-data"];

/**
 * Reads objects by decoded href (calendar-multiget, RFC 4791 section 7.9): one request, one result per href in the
 * order asked. The caller makes the batches.
 */
export async function multiget(
  client: DavClient,
  collection: URL,
  hrefs: readonly string[],
  signal: AbortSignal,
): Promise<readonly MultigetResult[]> {
  if (hrefs.length === 0) return [];
  const properties = xmlElement([DAV, "prop"], xmlElement(getEtag) + xmlElement(calendarData));
  const asked = hrefs.map((href) => xmlElement([DAV, "href"], escapeXml(encodePath(href))));
  const body = xmlDocument([CALDAV, "calendar-multiget"], properties + asked.join(""));
  const { multistatus } = await client.report(collection, "1", body, signal);
  const answers = new Map(multistatus.responses.map((response) => [response.href, response]));
  return hrefs.map((href) => {
    const response = answers.get(href);
    return response === undefined ? { kind: "unanswered", href } : resultOf(href, response);
  });
}

function resultOf(href: string, response: DavResponse): MultigetResult {
  const key = keyOf(calendarData);
  const status = response.status ?? response.missing.get(key) ?? 200;
  const data = response.properties.get(key)?.text ?? "";
  if (isSuccess(status) && isWholeObject(data)) {
    return { kind: "found", href, etag: normalizeEtag(response.properties.get(keyOf(getEtag))?.text), data };
  }
  // A 404 of the property, an empty one, or half of one does not say that the object is gone.
  if (isSuccess(status) || (status === 404 && response.status === null)) return { kind: "unanswered", href };
  return { kind: "failed", href, status };
}
