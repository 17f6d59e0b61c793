import { DAV, type Element } from "./protocol.ts";
import { keyOf, parseXml, XmlError } from "./xml.ts";

/** What an error body says (RFC 4918 section 16). */
export type DavErrorBody = {
  /** Precondition elements, keyed `{namespace}local`. */
  readonly errors: readonly string[];
  /** The server's own words, shortened to one line, or null. */
  readonly message: string | null;
};

const nothing: DavErrorBody = { errors: [], message: null };
const messageLengthMax = 300;

/** Reads a `DAV:error` document; any other body says nothing. */
export function readErrorBody(text: string): DavErrorBody {
  // Cheaper and safer than parsing every HTML page.
  if (!/^\s*(?:<\?xml|<[\w.-]*:?error\b)/.test(text.replace(/^\uFEFF/, ""))) return nothing;
  try {
    const root = parseXml(text);
    return root.namespace === DAV && root.local === "error" ? readErrorElement(root) : nothing;
  } catch (error) {
    if (error instanceof XmlError) return nothing;
    throw error;
  }
}

/** Reads a `DAV:error` element. */
export function readErrorElement(element: Element): DavErrorBody {
  // sabre/dav explains itself in elements of its own namespace.
  const own = element.children.filter((child) => child.namespace === "http://sabredav.org/ns");
  const message = own
    .find((child) => child.local === "message")
    ?.text.replace(/\s+/g, " ")
    .trim();
  return {
    errors: element.children
      .filter((child) => !own.includes(child))
      .map((child) => keyOf([child.namespace, child.local])),
    message: message === undefined || message === "" ? null : message.slice(0, messageLengthMax),
  };
}
