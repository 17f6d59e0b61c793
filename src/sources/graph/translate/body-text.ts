import {
  compile,
  type DomNode,
  type FormatCallback,
  type RecursiveCallback,
  type SelectorDefinition,
} from "html-to-text";
import { addressesAreSame, isHelpPage, linkTarget } from "./links.ts";

/** HTML as plain text, and the tree that it was read from. */
export type ReadHtml = { readonly text: string; readonly root: DomNode | null };

/** Deeper than any mail is nested; what lies below is left out, so that a hostile one cannot exhaust the stack. */
const deepest = 250;

/** The element around everything, by which the tree is caught: html-to-text parses once and tells nobody. */
const wrapper = "x-kalends";

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

let caught: DomNode | null = null;
let depth = 0;
let indents = 0;

const catchRoot: FormatCallback = (element, walk, builder) => {
  caught ??= element;
  walkPlain(element.children, walk, builder);
};

const plain: FormatCallback = (element, walk, builder) => walkPlain(element.children, walk, builder);

/** Elements that change nothing in a text. */
const inline = new Set(["span", "font", "b", "strong", "i", "em", "u", "o:p", "html", "body"]);

/**
 * What html-to-text would do, without a search through its selectors for each of the elements that mails
 * mostly consist of.
 */
function walkPlain(nodes: readonly DomNode[], walk: RecursiveCallback, builder: Builder): void {
  depth += 1;
  for (const node of nodes) {
    if (node.type === "text") builder.addInline(node.data ?? "");
    else if (node.name === "br") builder.addLineBreak();
    else if (depth >= deepest || (node.name !== "div" && !inline.has(node.name ?? ""))) walk([node], builder);
    else if (node.name === "div") {
      builder.openBlock(block);
      walkPlain(node.children, walk, builder);
      builder.closeBlock(block);
    } else walkPlain(node.children, walk, builder);
  }
  depth -= 1;
}

/** The words of a link, and where it leads if they do not say so. */
const link: FormatCallback = (element, walk, builder) => {
  const target = linkTarget(element.attribs?.href);
  if (target === null) return walk(element.children, builder);
  if (isHelpPage(target)) return;
  let words = "";
  // Each word counts for the innermost link alone: there may be hundreds around it.
  const outer = builder.popWordTransform();
  builder.pushWordTransform((word) => {
    words += word;
    return word;
  });
  walk(element.children, builder);
  builder.popWordTransform();
  if (outer !== undefined) builder.pushWordTransform(outer);
  if (words === "" && element.children.length === 0) return;
  if (!addressesAreSame(words, target))
    builder.addInline(` <${target.replace(/^(?:mailto|tel):/, "")}>`, { noWordTransform: true });
};

/** Quotes and lists write every line in them anew: those within so many others are only put on their own lines. */
const mostIndents = 8;

const indented: FormatCallback = (element, walk, builder, options) => {
  const name = element.name === "ul" ? "unorderedList" : element.name === "ol" ? "orderedList" : "blockquote";
  const format = indents < mostIndents ? builder.options.formatters[name] : undefined;
  indents += 1;
  if (format !== undefined) format(element, walk, builder, options);
  else {
    builder.openBlock(block);
    walk(element.children, builder);
    builder.closeBlock(block);
  }
  indents -= 1;
};

type Builder = Parameters<FormatCallback>[2];

type Cell = { readonly text: string };

const sections = new Set(["thead", "tbody", "tfoot"]);

/** Most tables of Outlook only lay things out: a row of short cells is a line, any other its cells in turn. */
const table: FormatCallback = (element, walk, builder) => {
  const addCell = (nodes: DomNode[]): void => {
    builder.openTableCell();
    walk(nodes, builder);
    builder.closeTableCell({});
  };
  builder.openTable();
  const rows = element.children.flatMap((child) =>
    sections.has(child.name ?? "") ? child.children : [child],
  );
  for (const row of rows) {
    builder.openTableRow();
    if (row.name !== "tr") addCell([row]);
    else
      for (const cell of row.children)
        addCell(cell.name === "td" || cell.name === "th" ? cell.children : [cell]);
    builder.closeTableRow();
  }
  builder.closeTable({ tableToString: rowsText, leadingLineBreaks: 1, trailingLineBreaks: 1 });
};

function rowsText(rows: readonly (readonly Cell[])[]): string {
  return rows
    .map(rowText)
    .filter((row) => row !== "")
    .join("\n");
}

function rowText(cells: readonly Cell[]): string {
  const texts = cells.map(({ text }) => text.trim()).filter((text) => text !== "");
  return texts.join(texts.some((text) => text.includes("\n")) ? "\n" : " | ");
}

const selectors: SelectorDefinition[] = [
  { selector: wrapper, format: "catchRoot" },
  { selector: "*", format: "plain" },
  ...["img", "title", "xml", "iframe", "object", "svg", "math", "template"].map((selector) => ({
    selector,
    format: "skip",
  })),
  { selector: "a", format: "link" },
  { selector: "table", format: "table" },
  // Outlook shows them without space between them, and writes an empty one where it wants some.
  ...["p.MsoNormal", "p.x_MsoNormal", "p.MsoNoSpacing"].map((selector) => ({
    selector,
    format: "paragraph",
    options: block,
  })),
  ...["center", "address", "figure", "figcaption", "fieldset", "details", "summary", "dl", "dt", "dd"].map(
    (selector) => ({
      selector,
      format: "block",
      options: block,
    }),
  ),
  { selector: "hr", options: { length: 3, leadingLineBreaks: 1, trailingLineBreaks: 1 } },
  { selector: "ul", format: "indented", options: { itemPrefix: "- " } },
  ...["ol", "blockquote"].map((selector) => ({ selector, format: "indented" })),
  ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
    selector,
    options: { uppercase: false, leadingLineBreaks: 2 },
  })),
];

const convert = compile({
  wordwrap: false,
  baseElements: { selectors: [wrapper] },
  // Without the zero-width space, which is a character like any other.
  whitespaceCharacters: " \t\r\n\f",
  limits: { maxDepth: deepest, maxBaseElements: 1, ellipsis: "…" },
  formatters: { catchRoot, plain, link, table, indented },
  selectors,
});

/** Reads HTML once: whatever a browser would show of it as text, and its tree (null for none). */
export function readHtml(html: string): ReadHtml {
  if (!/[<&]/.test(html)) return { text: html.replace(/[ \t\r\n\f]+/g, " "), root: null };
  caught = null;
  depth = 0;
  indents = 0;
  const text = convert(`<${wrapper}>${html}`);
  const root = caught;
  caught = null;
  return { text: text.replaceAll("\u00A0", " "), root };
}
