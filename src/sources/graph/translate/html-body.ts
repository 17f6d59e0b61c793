import type { DomNode } from "html-to-text";
import { addressesAreSame, linkTarget } from "./links.ts";

/** Elements that are written as they are, with none of their attributes but those below. */
const plain = new Set(
  "p div br hr b strong i em u s strike del ins sub sup small h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr td th caption blockquote pre code".split(
    " ",
  ),
);

/** Those of them without which HTML says no more than its text does. */
const formatting = new Set(
  "b strong i em u s strike del ins sub sup h1 h2 h3 h4 h5 h6 ul ol table blockquote pre code".split(" "),
);

/** Elements that are left out with everything in them; of all others only what is in them is written. */
const dropped = new Set(
  "title xml template iframe object embed applet svg math audio video canvas select textarea".split(" "),
);

const empty = new Set(["br", "hr"]);

/** Elements open at once; deeper ones are left out, and their contents kept. */
const deepest = 60;

/**
 * The contents of a body as HTML of an allow-list of elements and links: no script, style, image, handler or
 * class. Null where there is nothing but plain text, or more than `longest` characters.
 */
export function cleanHtml(root: DomNode, longest: number): string | null {
  const pieces: string[] = [];
  let length = 0;
  let depth = 0;
  let isFormatted = false;
  // The nodes still to be written, last first; a string closes an element.
  const waiting: (DomNode | string)[] = root.children.toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const tag = typeof next !== "string" && depth < deepest ? openTag(next) : null;
    const piece = typeof next === "string" ? next : (tag?.text ?? textOf(next));
    pieces.push(piece);
    length += piece.length;
    if (length > longest) return null;
    if (typeof next === "string") {
      depth -= 1;
    } else if (next.type === "tag" && !dropped.has(next.name ?? "")) {
      if (tag !== null && !empty.has(tag.name)) {
        depth += 1;
        waiting.push(`</${tag.name}>`);
      }
      isFormatted ||= tag?.isFormatting === true;
      for (let at = next.children.length - 1; at >= 0; at -= 1) {
        const child = next.children[at];
        if (child !== undefined) waiting.push(child);
      }
    }
  }
  return isFormatted ? pieces.join("").trim() : null;
}

function textOf(node: DomNode): string {
  if (node.type !== "text") return "";
  const text = node.data ?? "";
  const isPre = node.parent?.name === "pre" || node.parent?.parent?.name === "pre";
  return escapeHtml(isPre ? text : text.replace(/[ \t\r\n\f]+/g, " "));
}

type Tag = { readonly name: string; readonly text: string; readonly isFormatting: boolean };

function openTag(element: DomNode): Tag | null {
  const name = element.name ?? "";
  if (element.type !== "tag") return null;
  if (name === "a") return openLink(element);
  if (!plain.has(name)) return null;
  return { name, text: `<${name}${numbers(element)}>`, isFormatting: formatting.has(name) };
}

function openLink(element: DomNode): Tag | null {
  const target = linkTarget(element.attribs?.href);
  if (target === null) return null;
  const [child, ...others] = element.children;
  // A picture that leads somewhere leaves nothing behind to click on.
  if (element.children.every(({ name }) => name === "img")) return null;
  const isBare = others.length === 0 && child?.type === "text" && addressesAreSame(child.data ?? "", target);
  return { name: "a", text: `<a href="${escapeHtml(target)}">`, isFormatting: !isBare };
}

/** The attributes that tables and lists need, where they are numbers. */
function numbers(element: DomNode): string {
  const wanted =
    element.name === "ol"
      ? ["start"]
      : element.name === "td" || element.name === "th"
        ? ["colspan", "rowspan"]
        : [];
  return wanted
    .map((key): [string, unknown] => [key, element.attribs?.[key]])
    .map(([key, value]) => (typeof value === "string" && /^\d{1,4}$/.test(value) ? ` ${key}="${value}"` : ""))
    .join("");
}

/** Any text as text or attribute of HTML. */
export function escapeHtml(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`) : text;
}
