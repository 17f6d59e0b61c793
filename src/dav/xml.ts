import { SaxesParser, type SaxesTagNS } from "saxes";
import type { Element, Name } from "./protocol.ts";

/** Text that is not well-formed XML, or XML that we refuse to read (DOCTYPE, too deep, too large). */
export class XmlError extends Error {
  override readonly name = "XmlError";
}

const depthMax = 64;
const elementsMax = 2_000_000;

/** What XML 1.0 cannot carry (section 2.2); unpaired surrogates among them. */
const illegal =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

type Builder = Element & { readonly children: Element[]; readonly pieces: string[]; text: string };

/**
 * Parses a document into its root element, namespaces resolved. DOCTYPE, entities beyond the five of XML, more than
 * 64 levels and more than two million elements are refused. Control characters, which some servers let through from
 * calendar objects, are dropped rather than making the whole answer unreadable.
 *
 * @throws XmlError
 */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const open: Builder[] = [];
  let root: Builder | undefined;
  let elements = 0;
  let dirty = false;
  parser.on("error", (error) => {
    if (!/disallowed character|malformed character entity/.test(error.message))
      throw new XmlError(error.message);
    dirty = true;
  });
  parser.on("doctype", () => {
    throw new XmlError("a document type declaration is refused");
  });
  parser.on("opentag", (tag) => {
    elements += 1;
    if (open.length >= depthMax) throw new XmlError(`more than ${depthMax} levels of elements`);
    if (elements > elementsMax) throw new XmlError(`more than ${elementsMax} elements`);
    const element = builderOf(tag);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (piece: string): void => {
    open.at(-1)?.pieces.push(piece);
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const joined = closed.pieces.join("");
    closed.text = dirty ? dropIllegal(joined) : joined;
    closed.pieces.length = 0;
  });
  // Some servers let a line break or a byte order mark slip out before the declaration.
  parser.write(text.trimStart()).close();
  if (root === undefined) throw new XmlError("there is no element");
  return root;
}

function builderOf(tag: SaxesTagNS): Builder {
  const attributes = new Map<string, string>();
  for (const { prefix, local, uri, value, name } of Object.values(tag.attributes)) {
    if (prefix === "xmlns" || name === "xmlns") continue;
    attributes.set(uri === "" ? local : keyOf([uri, local]), value);
  }
  return { namespace: tag.uri, local: tag.local, attributes, children: [], pieces: [], text: "" };
}

/** Escapes text for element content and attribute values; characters that XML cannot carry are dropped. */
export function escapeXml(text: string): string {
  return dropIllegal(text).replace(/[&<>"'\r]/g, (character) => escapes.get(character) ?? character);
}

/** The text without the characters that XML cannot carry. */
export function dropIllegal(text: string): string {
  return text.replace(illegal, "");
}

const escapes = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&apos;"],
  ["\r", "&#13;"],
]);

/** `{namespace}local`, the key of maps of properties. */
export function keyOf([namespace, local]: Name): string {
  return `{${namespace}}${local}`;
}

/** Children of that name, in document order. */
export function childrenNamed(element: Element, [namespace, local]: Name): readonly Element[] {
  return element.children.filter((child) => child.namespace === namespace && child.local === local);
}

/** The first child of that name. */
export function childNamed(element: Element, [namespace, local]: Name): Element | undefined {
  return element.children.find((child) => child.namespace === namespace && child.local === local);
}
