import { type ContentLine, contentLine, fold, parseContentLine, unfold } from "./content-line.ts";
import { mendContentLine } from "./mend-line.ts";

/** A component (VCALENDAR, VEVENT, VALARM …) with its lines and its children in the order they stood in. */
export type Component = {
  /** In upper case. */
  readonly name: string;
  readonly lines: readonly ContentLine[];
  readonly children: readonly Component[];
};

/**
 * What a text turned out to be; a problem is a full sentence. `badLines` were left out of the component,
 * `mended` ones stand in it as they were meant.
 */
export type ParsedCalendar =
  | {
      readonly kind: "calendar";
      readonly calendar: Component;
      readonly badLines: readonly string[];
      readonly mended: readonly string[];
    }
  | { readonly kind: "unreadable"; readonly problem: string };

type Building = { readonly name: string; readonly lines: ContentLine[]; readonly children: Component[] };

/** Deeper than any object in the field; a bound, so that a hostile text cannot exhaust the stack. */
const deepest = 16;

/** Reads an iCalendar text of one VCALENDAR. Tolerant of single bad lines, strict about the nesting. */
export function parseCalendar(ics: string): ParsedCalendar {
  const root: Building = { name: "", lines: [], children: [] };
  const stack: Building[] = [root];
  const badLines: string[] = [];
  const mended: string[] = [];
  for (const text of unfold(ics)) {
    const current = stack.at(-1) ?? root;
    const read = parseContentLine(text);
    const line = read ?? mendContentLine(text);
    if (read === null && line !== null && stack.length > 1) mended.push(text);
    if (line === null) {
      if (continues(current.lines, text)) mended.push(text);
      else badLines.push(text);
    } else if (line.name === "BEGIN") {
      if (stack.length > deepest) return unreadable("Its components are nested too deeply.");
      const child: Building = { name: line.value.trim().toUpperCase(), lines: [], children: [] };
      current.children.push(child);
      stack.push(child);
    } else if (line.name === "END") {
      const name = line.value.trim().toUpperCase();
      if (stack.length === 1 || current.name !== name)
        return unreadable(`END:${shorten(name)} stands where ${current.name || "nothing"} is open.`);
      stack.pop();
    } else if (stack.length === 1) badLines.push(text);
    else current.lines.push(line);
  }
  const [calendar, second] = root.children;
  if (stack.length > 1)
    return unreadable(`${stack.at(-1)?.name ?? ""} is never closed: the text is cut off.`);
  if (calendar?.name !== "VCALENDAR") return unreadable("It is no VCALENDAR.");
  if (second !== undefined) return unreadable("It holds more than one VCALENDAR.");
  return { kind: "calendar", calendar, badLines, mended };
}

/** Puts a line that is none to the text above it, which somebody broke without folding or escaping it. */
function continues(lines: ContentLine[], text: string): boolean {
  const last = lines.at(-1);
  if (last === undefined || !/^(?:DESCRIPTION|SUMMARY|LOCATION|COMMENT)$/.test(last.name)) return false;
  lines[lines.length - 1] = { ...last, text: `${last.text}\\n${text}`, value: `${last.value}\\n${text}` };
  return true;
}

function unreadable(problem: string): ParsedCalendar {
  return { kind: "unreadable", problem };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Time zones are shared between objects, and large: their text is made once. */
const zoneTexts = new WeakMap<Component, string>();

/** The text of a component: CRLF line ends, folded at 75 octets; lines and children first to last. */
export function serialiseComponent(component: Component): string {
  const known = zoneTexts.get(component);
  if (known !== undefined) return known;
  const text = serialiseAround(component, component.children.map(serialiseComponent));
  if (component.name === "VTIMEZONE") zoneTexts.set(component, text);
  return text;
}

/** The same around the texts of its children. */
export function serialiseAround({ name, lines }: Component, children: readonly string[]): string {
  const own = lines.map((line) => fold(line.text));
  return [fold(`BEGIN:${name}`), ...own, ...children, fold(`END:${name}`)].join("");
}

/** First line of that name, or null. */
export function lineOf(component: Component, name: string): ContentLine | null {
  return component.lines.find((line) => line.name === name) ?? null;
}

/** Value of the first line of that name, or null. */
export function valueOf(component: Component, name: string): string | null {
  return lineOf(component, name)?.value ?? null;
}

/** The component without the lines of these names. */
export function withoutLines(component: Component, ...names: readonly string[]): Component {
  return { ...component, lines: component.lines.filter((line) => !names.includes(line.name)) };
}

/** The component with exactly one line of that name: in the place of the first one, or at the end. */
export function withLine(component: Component, name: string, value: string): Component {
  const line = contentLine(name, value);
  const at = component.lines.findIndex((candidate) => candidate.name === name);
  const others = component.lines.filter((candidate) => candidate.name !== name);
  others.splice(at === -1 ? others.length : at, 0, line);
  return { ...component, lines: others };
}

/** The VEVENTs of a calendar. */
export function eventsOf(calendar: Component): readonly Component[] {
  return calendar.children.filter((child) => child.name === "VEVENT");
}

/** The calendar with each VEVENT replaced; null drops it. */
export function mapEvents(calendar: Component, change: (event: Component) => Component | null): Component {
  const children = calendar.children.flatMap((child) => {
    const changed = child.name === "VEVENT" ? change(child) : child;
    return changed === null ? [] : [changed];
  });
  return { ...calendar, children };
}
