import type { ContentLine } from "../../calendar/content-line.ts";

/** The lines without the second and later ones of these names (which may stand once, RFC 5545 3.6). */
export function once(lines: readonly ContentLine[], names: ReadonlySet<string>): ContentLine[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    if (!names.has(line.name)) return true;
    const isFirst = !seen.has(line.name);
    seen.add(line.name);
    return isFirst;
  });
}
