/** A content line of RFC 5545: `NAME;PARAM=a,b:value`, unfolded, the value as it was written. */
export type IcalProperty = {
  readonly name: string;
  readonly params: ReadonlyMap<string, readonly string[]>;
  readonly value: string;
  /** The unfolded line as it came in. */
  readonly line: string;
};

/** A component with its properties and inner components, in their order. */
export type IcalComponent = {
  readonly name: string;
  properties: IcalProperty[];
  readonly components: IcalComponent[];
};

/** The text is no iCalendar object. */
export class IcalSyntaxError extends Error {
  override readonly name = "IcalSyntaxError";
}

/**
 * Reads one VCALENDAR line by line, as leniently as sabre's parser: bare LF, empty lines and a missing last
 * END are accepted, an unknown character in a name is not.
 *
 * @throws IcalSyntaxError
 */
export function parseIcal(text: string): IcalComponent {
  const lines = unfold(text.startsWith("\uFEFF") ? text.slice(1) : text);
  if (lines[0]?.toUpperCase() !== "BEGIN:VCALENDAR") throw new IcalSyntaxError("expected BEGIN:VCALENDAR");
  const root: IcalComponent = { name: "VCALENDAR", properties: [], components: [] };
  const stack: IcalComponent[] = [root];
  for (const line of lines.slice(1)) {
    const current = stack.at(-1);
    if (!current) throw new IcalSyntaxError("content after END:VCALENDAR");
    const upper = line.slice(0, 6).toUpperCase();
    if (upper === "BEGIN:") {
      const inner: IcalComponent = {
        name: line.slice(6).trim().toUpperCase(),
        properties: [],
        components: [],
      };
      if (inner.name === "VCALENDAR") throw new IcalSyntaxError("a VCALENDAR inside a VCALENDAR");
      current.components.push(inner);
      stack.push(inner);
    } else if (upper.startsWith("END:")) {
      const name = line.slice(4).trim().toUpperCase();
      if (name !== current.name) throw new IcalSyntaxError(`expected END:${current.name}, got END:${name}`);
      stack.pop();
    } else {
      current.properties.push(parseProperty(line));
    }
  }
  if (stack.length > 1) throw new IcalSyntaxError(`END:${stack.at(-1)?.name ?? ""} is missing`);
  return root;
}

function unfold(text: string): string[] {
  const lines: string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") continue;
    if ((line.startsWith(" ") || line.startsWith("\t")) && lines.length > 0) {
      lines[lines.length - 1] += line.slice(1);
    } else {
      lines.push(line);
    }
  }
  return lines;
}

const propertyName = /^[A-Za-z0-9.-]+(?=[;:])/;
const parameter = /;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)(?=[;:])/y;

function parseProperty(line: string): IcalProperty {
  const name = propertyName.exec(line)?.[0];
  if (name === undefined) throw new IcalSyntaxError(`no content line: ${line.slice(0, 40)}`);
  const params = new Map<string, readonly string[]>();
  let at = name.length;
  while (line[at] === ";") {
    parameter.lastIndex = at;
    const found = parameter.exec(line);
    const key = found?.[1];
    if (!found || key === undefined) throw new IcalSyntaxError(`broken parameter: ${line.slice(0, 40)}`);
    const values = found[2]?.match(/"[^"]*"|[^",]+/g) ?? [""];
    params.set(
      key.toUpperCase(),
      values.map((value) => (value.startsWith('"') ? value.slice(1, -1) : value)),
    );
    at += found[0].length;
  }
  return { name: name.toUpperCase(), params, value: line.slice(at + 1), line };
}

/** Writes a component with CRLF and folded lines, from the lines it was read with. */
export function serializeIcal(component: IcalComponent): string {
  const lines = [`BEGIN:${component.name}`, ...component.properties.map((written) => fold(written.line))];
  const inner = component.components.map(serializeIcal).join("");
  return `${lines.join("\r\n")}\r\n${inner}END:${component.name}\r\n`;
}

function fold(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  const parts: string[] = [];
  let part = "";
  let bytes = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (bytes + size > 74) {
      parts.push(part);
      part = "";
      bytes = 0;
    }
    part += char;
    bytes += size;
  }
  return [...parts, part].join("\r\n ");
}

/** Makes a property of a whole content line. */
export function property(line: string): IcalProperty {
  return parseProperty(line);
}

/** The first property of that name. */
export function firstProperty(component: IcalComponent, name: string): IcalProperty | undefined {
  return component.properties.find((candidate) => candidate.name === name);
}

/** All properties of that name. */
export function propertiesNamed(component: IcalComponent, name: string): IcalProperty[] {
  return component.properties.filter((candidate) => candidate.name === name);
}
