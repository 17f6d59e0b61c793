/** Elements that hold nothing, and are never closed. */
const empty = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));

/** More elements than any mail opens at once: parsers look through all of them at each end tag. */
const deepest = 1_000;

/** Whether parsing this HTML would take the square of its length, for the elements that are open at once. */
export function isBottomless(html: string): boolean {
  if (html.length < 50_000) return false;
  const open: string[] = [];
  const counts = new Map<string, number>();
  for (const [, slash, tag = ""] of html.matchAll(/<(\/?)([a-z][^\s/<>]*)/gi)) {
    const name = tag.toLowerCase();
    if (slash === "") {
      if (empty.has(name)) continue;
      if (open.push(name) > deepest) return true;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    } else if ((counts.get(name) ?? 0) > 0) {
      for (let closed = open.pop(); closed !== undefined; closed = open.pop()) {
        counts.set(closed, (counts.get(closed) ?? 0) - 1);
        if (closed === name) break;
      }
    }
  }
  return false;
}

const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
]);

/** The words of such HTML, found without parsing it. */
export function withoutTags(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)|<[^<>]*>/gi, " ")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, decoded);
}

function decoded(found: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return entities.get(name.toLowerCase()) ?? found;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : found;
}
