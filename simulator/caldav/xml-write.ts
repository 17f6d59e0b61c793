import type { XmlNode } from "./xml-node.ts";

/**
 * How a server spells its namespaces.
 *
 * - `sabre`  prefixes `d s cal cs` declared once at the root, `x1:` declared where another namespace turns up
 * - `apple`  a default namespace, declared again on every single element
 * - `plain`  prefixes `D C CS A`
 */
export type XmlDialect = "sabre" | "apple" | "plain";

const prefixes: Readonly<Record<"sabre" | "plain", ReadonlyMap<string, string>>> = {
  sabre: new Map([
    ["DAV:", "d"],
    ["http://sabredav.org/ns", "s"],
    ["urn:ietf:params:xml:ns:caldav", "cal"],
    ["http://calendarserver.org/ns/", "cs"],
  ]),
  plain: new Map([
    ["DAV:", "D"],
    ["urn:ietf:params:xml:ns:caldav", "C"],
    ["http://calendarserver.org/ns/", "CS"],
    ["http://apple.com/ns/ical/", "A"],
  ]),
};

/** Writes a document the way that kind of server writes it. */
export function writeXml(root: XmlNode, dialect: XmlDialect): string {
  const body = dialect === "apple" ? writeRedeclared(root) : writePrefixed(root, prefixes[dialect], true);
  const declaration =
    dialect === "apple" ? `<?xml version='1.0' encoding='UTF-8'?>` : `<?xml version="1.0"?>\n`;
  return `${declaration}${body}\n`;
}

function writeRedeclared(current: XmlNode): string {
  const [namespace, local] = splitName(current.name);
  return tag(
    local,
    ` xmlns="${escapeXml(namespace)}"${attributesOf(current)}`,
    current.children.map(redeclaredChild),
  );
}

function redeclaredChild(child: XmlNode | string): string {
  return typeof child === "string" ? escapeXml(child) : writeRedeclared(child);
}

function writePrefixed(current: XmlNode, known: ReadonlyMap<string, string>, isRoot: boolean): string {
  const [namespace, local] = splitName(current.name);
  const prefix = known.get(namespace);
  const declared = isRoot ? [...known].map(([uri, short]) => ` xmlns:${short}="${uri}"`).join("") : "";
  const own = prefix === undefined ? ` xmlns:x1="${escapeXml(namespace)}"` : "";
  const children = current.children.map((child) =>
    typeof child === "string" ? escapeXml(child) : writePrefixed(child, known, false),
  );
  return tag(`${prefix ?? "x1"}:${local}`, `${declared}${own}${attributesOf(current)}`, children);
}

function tag(name: string, attributes: string, children: readonly string[]): string {
  if (children.length === 0) return `<${name}${attributes}/>`;
  return `<${name}${attributes}>${children.join("")}</${name}>`;
}

function attributesOf(current: XmlNode): string {
  return Object.entries(current.attributes ?? {})
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join("");
}

/** Splits a Clark name. */
export function splitName(clark: string): [namespace: string, local: string] {
  const end = clark.indexOf("}");
  return [clark.slice(1, end), clark.slice(end + 1)];
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
