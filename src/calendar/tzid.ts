import { type Component, valueOf } from "./component.ts";
import { unescapeText } from "./content-line.ts";

/** The TZID of a VTIMEZONE, which is TEXT, as a TZID parameter has it: unescaped, without blanks around it. */
export function tzidOf(block: Component): string {
  return unescapeText(valueOf(block, "TZID") ?? "").trim();
}

/** The VTIMEZONEs that a TZID parameter may mean: those of just that name, then those of another spelling of it. */
export function blocksByTzid(calendar: Component): (tzid: string) => readonly Component[] {
  const blocks = calendar.children.filter(({ name }) => name === "VTIMEZONE");
  const folded = Map.groupBy(blocks, (block) => tzidOf(block).toLowerCase());
  return (tzid) => {
    const name = tzid.trim().toLowerCase();
    // Some write a parameter as if it were TEXT.
    const found = folded.get(name) ?? folded.get(unescapeText(name)) ?? [];
    const isExact = (block: Component): boolean => tzidOf(block) === tzid.trim();
    return found.length < 2 ? found : [...found.filter(isExact), ...found.filter((block) => !isExact(block))];
  };
}
