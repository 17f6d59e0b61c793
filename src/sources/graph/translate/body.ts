import { stripControls } from "../../../calendar/content-line.ts";
import type { GraphEvent } from "../native.ts";
import { readHtml } from "./body-text.ts";
import { isBottomless, withoutTags } from "./bottomless.ts";
import { cleanHtml } from "./html-body.ts";
import { tidyInvitation } from "./invitation-text.ts";
import { textOf, wordOf } from "./loose.ts";

/** The body of an event in both forms; `html` is null where it would say no more than the text. */
export type Body = { readonly text: string; readonly html: string | null };

const longestText = 30_000;
const longestHtml = 60_000;

/** What is parsed of a body: several times what can come of it. */
const longestSource = 400_000;

/** The exceptions of a series mostly have one body: it is read once. */
let latest: { readonly content: string; readonly body: Body } = {
  content: "",
  body: { text: "", html: null },
};

/** The body as readable text and, where it has formatting, as harmless HTML. Both are bounded. */
export function bodyOf({ body }: GraphEvent): Body {
  const content = textOf(body?.content);
  if (wordOf(body?.contentType) === "text") return { text: readable(content, false), html: null };
  if (content !== latest.content) latest = { content, body: bodyOfHtml(content) };
  return latest.body;
}

function bodyOfHtml(content: string): Body {
  const source = bounded(content);
  const isCut = source.length === longestSource;
  if (isBottomless(source)) return { text: readable(withoutTags(source), isCut), html: null };
  const { text, root } = readHtml(source);
  return { text: readable(text, isCut), html: root === null ? null : cleanHtml(root, longestHtml) };
}

/** Megabytes are mostly pictures in the text and styles of Word: without these before it is cut. */
function bounded(content: string): string {
  if (content.length <= longestSource) return content;
  const body = content.search(/<body[\s>]/i);
  const pictureless = content.slice(Math.max(body, 0)).replace(/"data:[^"]*"/g, '""');
  return pictureless.slice(0, longestSource).toWellFormed();
}

function readable(text: string, isCut: boolean): string {
  // What blanks and control characters are dropped from is bounded first: a body may hold megabytes of them.
  const lines = stripControls(text.slice(0, 4 * longestText))
    .split("\n")
    .map((line) => bulleted(line.trimEnd()));
  const clean = tidyInvitation(lines)
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  const isLonger = isCut || clean.length > longestText || text.length > 4 * longestText;
  return isLonger ? `${clean.slice(0, longestText).toWellFormed()}…` : clean;
}

/** Word writes lists as paragraphs that begin with a character of a symbol font, and pads them. */
function bulleted(line: string): string {
  return line.replace(/^ (?=\S)/, "").replace(/^[·§o•] {2,}/, "- ");
}
