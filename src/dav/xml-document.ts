import { APPLE_ICAL, CALDAV, CALENDARSERVER, DAV, type Name } from "./protocol.ts";
import { escapeXml } from "./xml.ts";

const prefixes = new Map([
  [DAV, "d"],
  [CALDAV, "c"],
  [CALENDARSERVER, "cs"],
  [APPLE_ICAL, "ic"],
]);
const declarations = [...prefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`).join("");

/** A request document with the given root; `content` is XML already. */
export function xmlDocument(root: Name, content: string): string {
  const name = `${prefixes.get(root[0]) ?? "d"}:${root[1]}`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<${name}${declarations}>${content}</${name}>`;
}

/** An element; `content` is XML already. The four namespaces of protocol.ts use the document's prefixes. */
export function xmlElement([namespace, local]: Name, content = ""): string {
  const prefix = prefixes.get(namespace);
  const open = prefix === undefined ? `x:${local} xmlns:x="${escapeXml(namespace)}"` : `${prefix}:${local}`;
  const close = `${prefix ?? "x"}:${local}`;
  return content === "" ? `<${open}/>` : `<${open}>${content}</${close}>`;
}
