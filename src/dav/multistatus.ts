import { RemoteError } from "../http/remote-error.ts";
import { readErrorElement } from "./dav-error.ts";
import { resolveHref } from "./href.ts";
import { DAV, type DavResponse, type Element, type Multistatus } from "./protocol.ts";
import { childNamed, childrenNamed, keyOf, parseXml, XmlError } from "./xml.ts";

/**
 * Reads a 207 body (RFC 4918 section 13). A status inside a propstat concerns its properties only; hrefs come out
 * decoded and resolved against `requestUrl`. A multistatus without responses is valid: the caller decides.
 *
 * @throws RemoteError `protocol`; `attempted` begins its message ("source family: PROPFIND https://…").
 */
export function parseMultistatus(text: string, requestUrl: URL, attempted: string): Multistatus {
  try {
    const root = parseXml(text);
    if (root.namespace !== DAV || root.local !== "multistatus") {
      throw new XmlError(`the root element is ${keyOf([root.namespace, root.local])}`);
    }
    return {
      responses: childrenNamed(root, [DAV, "response"]).flatMap((response) =>
        readResponse(response, requestUrl),
      ),
      syncToken: childNamed(root, [DAV, "sync-token"])?.text.trim() || null,
    };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new RemoteError(
      "protocol",
      `${attempted}: the answer is not a WebDAV multistatus: ${error.message}`,
      {
        status: 207,
        remedy: "Check that the URL names a CalDAV server and that no proxy changes its answers.",
        cause: error,
      },
    );
  }
}

/** Properties whose propstat has no readable status count as failed, not as absent; the others are unharmed. */
const unreadable = 500;

/** One entry per href: a response with a status of its own may name several (RFC 4918 section 14.24). */
function readResponse(response: Element, requestUrl: URL): readonly DavResponse[] {
  const hrefs = childrenNamed(response, [DAV, "href"]).map((href) => readHref(href.text, requestUrl));
  if (hrefs.length === 0) throw new XmlError("a response has no href");
  const ownStatus = childNamed(response, [DAV, "status"]);
  const status = ownStatus === undefined ? null : readStatus(ownStatus.text);
  const properties = new Map<string, Element>();
  const missing = new Map<string, number>();
  const errors = errorsIn(response);
  for (const propstat of childrenNamed(response, [DAV, "propstat"])) {
    const propstatStatus = statusIn(childNamed(propstat, [DAV, "status"])?.text ?? "") ?? unreadable;
    for (const property of childNamed(propstat, [DAV, "prop"])?.children ?? []) {
      const key = keyOf([property.namespace, property.local]);
      if (isSuccess(propstatStatus)) properties.set(key, property);
      else missing.set(key, propstatStatus);
    }
    errors.push(...errorsIn(propstat));
  }
  for (const key of properties.keys()) missing.delete(key);
  return hrefs.map((href) => ({ href, status, properties, missing, errors }));
}

/** True for a 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function readHref(text: string, requestUrl: URL): string {
  const href = text.trim();
  if (href === "") throw new XmlError("a response has an empty href");
  try {
    return resolveHref(href, requestUrl);
  } catch (error) {
    throw new XmlError("a response has an href that is no URL", { cause: error });
  }
}

function readStatus(line: string): number {
  const status = statusIn(line);
  if (status === null) throw new XmlError(`"${line.trim().slice(0, 40)}" is not a status line`);
  return status;
}

function statusIn(line: string): number | null {
  const status = /^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})\b/i.exec(line)?.[1];
  return status === undefined ? null : Number(status);
}

function errorsIn(element: Element): string[] {
  return childrenNamed(element, [DAV, "error"]).flatMap((error) => readErrorElement(error).errors);
}
