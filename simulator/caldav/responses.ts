import { statusLine } from "./answers.ts";
import { cs, dav } from "./names.ts";
import { propertyValue, type Subject } from "./properties.ts";
import { node, type XmlNode } from "./xml-node.ts";

/**
 * One `DAV:response` with a propstat for what the resource has and one for what it has not.
 *
 * With `Prefer: return=minimal` or `Brief: t` the 404 propstat is left out (and replaced by sabre's 418 where
 * nothing else remains).
 */
export function propertyResponse(subject: Subject, href: string, names: readonly string[]): XmlNode {
  const { context, request, place } = subject;
  const found: XmlNode[] = [];
  const missing: XmlNode[] = [];
  for (const name of names) {
    const value = propertyValue(subject, name);
    if (value) found.push(node(name, ...value));
    else missing.push(node(name));
  }
  if (context.switches.blankSecondPropstat && place.kind === "calendar") {
    const blank = names.filter((name) => name === dav("displayname") || name === cs("getctag"));
    for (const name of blank) if (!missing.some((entry) => entry.name === name)) missing.push(node(name));
  }
  const minimal =
    /return[=-]minimal/.test(request.headers["prefer"] ?? "") || request.headers["brief"] === "t";
  const stats = [...propstat(200, found), ...(minimal ? [] : propstat(404, missing))];
  return node(dav("response"), node(dav("href"), href), ...(stats.length > 0 ? stats : emptyPropstat()));
}

function propstat(status: number, properties: readonly XmlNode[]): XmlNode[] {
  if (properties.length === 0) return [];
  return [node(dav("propstat"), node(dav("prop"), ...properties), node(dav("status"), statusLine(status)))];
}

function emptyPropstat(): XmlNode[] {
  return [node(dav("propstat"), node(dav("prop")), node(dav("status"), statusLine(418)))];
}

/** The names inside a `DAV:prop` of a request body. */
export function requestedNames(body: XmlNode): string[] {
  const prop = body.children.find((child) => typeof child !== "string" && child.name === dav("prop"));
  if (!prop || typeof prop === "string") return [];
  return prop.children.flatMap((child) => (typeof child === "string" ? [] : [child.name]));
}
