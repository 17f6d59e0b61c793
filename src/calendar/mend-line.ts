import { type ContentLine, contentLine } from "./content-line.ts";

const nameAndRest = /^(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]+)[ \t]*([;:][\s\S]*)$/;

/**
 * What a line that breaks RFC 5545 3.1 says all the same: without the group of its name (`item1.URL`), with dashes
 * for underscores, and without parameters that cannot be read. Null where there is no name or no colon.
 */
export function mendContentLine(text: string): ContentLine | null {
  const [, name, rest] = nameAndRest.exec(text) ?? [];
  if (name === undefined || rest === undefined) return null;
  const quoted = endOfParameters(rest, true);
  // A quote that is never closed is no quote.
  const colon = quoted === -1 ? endOfParameters(rest, false) : quoted;
  if (colon === -1) return null;
  const params = readableParameters(rest.slice(0, colon), quoted !== -1);
  return contentLine(dashed(name), rest.slice(colon + 1), params);
}

function endOfParameters(rest: string, withQuotes: boolean): number {
  let isQuoted = false;
  for (let at = 0; at < rest.length; at++) {
    const character = rest[at];
    if (character === '"' && withQuotes) isQuoted = !isQuoted;
    else if (character === ":" && !isQuoted) return at;
  }
  return -1;
}

function readableParameters(text: string, withQuotes: boolean): Record<string, string[]> {
  const params: Record<string, string[]> = {};
  const pieces = withQuotes ? (text.match(/(?:"[^"]*"|[^";])+/g) ?? []) : text.split(";");
  for (const piece of pieces) {
    const [, key, list] = /^([A-Za-z0-9_-]+)=([\s\S]*)$/.exec(piece.trim()) ?? [];
    if (key === undefined || list === undefined) continue;
    const values = withQuotes ? (list.match(/(?:"[^"]*"|[^",])+/g) ?? []) : list.split(",");
    const name = dashed(key);
    if (!Object.hasOwn(params, name)) params[name] = values.map((value) => value.replaceAll('"', ""));
  }
  return params;
}

function dashed(name: string): string {
  return name.toUpperCase().replaceAll("_", "-");
}
