/**
 * True for a text that can hardly be what its author stored (RFC 5545 section 3.1): a line without name and value, or a
 * component that is not closed. Such objects do exist; more often something on the way has spoiled them.
 */
export function looksSpoiled(text: string): boolean {
  const open: string[] = [];
  for (const line of text.replaceAll(/\r?\n[ \t]/g, "").split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, name, value] = /^\uFEFF?\s*([\w.-]+)(?:;[^:"]*(?:"[^"]*"[^:"]*)*)?:(.*)$/s.exec(line) ?? [];
    if (name === undefined) return true;
    const component = (value ?? "").trim().toUpperCase();
    if (name.toUpperCase() === "BEGIN") open.push(component);
    if (name.toUpperCase() === "END" && open.pop() !== component) return true;
  }
  return open.length > 0;
}
