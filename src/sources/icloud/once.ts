import type { ContentLine } from "../../calendar/content-line.ts";

/** The lines without the second and later ones of these names (which may stand once, RFC 5545 3.6). */
export function once(lines: readonly ContentLine[], names: ReadonlySet<string>): ContentLine[] {
  return lines.filter(
    (line, at) => !names.has(line.name) || lines.findIndex((one) => one.name === line.name) === at,
  );
}
