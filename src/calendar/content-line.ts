/** One unfolded content line (RFC 5545 3.1). `text` is the whole line as it stood; the rest is read from it. */
export type ContentLine = {
  readonly text: string;
  /** In upper case. */
  readonly name: string;
  readonly params: readonly Parameter[];
  /** As it stands: still escaped where the type is TEXT. */
  readonly value: string;
};

/** Name in upper case; values without their quotes. */
type Parameter = { readonly name: string; readonly values: readonly string[] };

/** Unfolds an iCalendar text into its lines (CRLF, LF or CR line ends); empty lines are left out. */
export function unfold(ics: string): string[] {
  return ics
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
}

const nameAndRest = /^([A-Za-z0-9-]+)([;:][\s\S]*)$/;
const parameter = /^;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)/;

/** Reads one unfolded line; null where it is none (`X_FOO`, no colon, a broken parameter). */
export function parseContentLine(text: string): ContentLine | null {
  const [, name, tail] = nameAndRest.exec(text) ?? [];
  if (name === undefined || tail === undefined) return null;
  const params: Parameter[] = [];
  let rest = tail;
  while (rest.startsWith(";")) {
    const [whole, key, list] = parameter.exec(rest) ?? [];
    if (whole === undefined || key === undefined || list === undefined) return null;
    params.push({ name: key.toUpperCase(), values: splitParameterValues(list) });
    rest = rest.slice(whole.length);
  }
  if (!rest.startsWith(":")) return null;
  return { text, name: name.toUpperCase(), params, value: rest.slice(1) };
}

function splitParameterValues(list: string): string[] {
  return (list.match(/"[^"]*"|[^,]+|(?<=,)(?=,|$)|^(?=,|$)/g) ?? [""]).map((value) =>
    value.startsWith('"') ? value.slice(1, -1) : value,
  );
}

/** First value of a parameter, or null. */
export function parameterOf(line: ContentLine, name: string): string | null {
  return line.params.find((candidate) => candidate.name === name)?.values[0] ?? null;
}

/**
 * A line made of parts that are known to be safe; `value` must be escaped already (see `escapeText`). A
 * parameter may have several values.
 */
export function contentLine(
  name: string,
  value: string,
  params: Readonly<Record<string, string | readonly string[]>> = {},
): ContentLine {
  const list = Object.entries(params).map(([key, raw]) => ({
    name: key,
    values: (typeof raw === "string" ? [raw] : raw).map(cleanParameter),
  }));
  const written = list.map((one) => `;${one.name}=${one.values.map(quoteParameter).join(",")}`).join("");
  const clean = stripControls(value).replaceAll("\n", " ");
  return { text: `${name}${written}:${clean}`, name, params: list, value: clean };
}

function cleanParameter(value: string): string {
  return stripControls(value).replace(/["\n\t]/g, " ");
}

function quoteParameter(value: string): string {
  return /[:;,]/.test(value) ? `"${value}"` : value;
}

/** Escapes any text as a TEXT value (RFC 5545 3.3.11). Control characters are dropped, lone surrogates become U+FFFD. */
export function escapeText(text: string): string {
  return stripControls(text)
    .replace(/[\\;,]/g, (found) => `\\${found}`)
    .replaceAll("\n", "\\n");
}

/** The text that a TEXT value stands for. */
export function unescapeText(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\([\s\S])/g, (_, next: string) => (next === "n" || next === "N" ? "\n" : next));
}

/** Splits a list of TEXT values (CATEGORIES) at its unescaped commas, and unescapes them. */
export function splitTextList(value: string): string[] {
  return (value.match(/(?:\\[\s\S]|[^,\\])+/g) ?? []).map(unescapeText);
}

/** A text of which nothing has to go: no control but tab and line feed, no surrogate, odd line end or non-character. */
const harmless = /^[\t\n\u0020-\u007E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]*$/;

/** Drops what no TEXT value may carry; every kind of line break becomes `\n`. */
export function stripControls(text: string): string {
  if (harmless.test(text)) return text;
  return text
    .replace(/\r\n?|\u0085|\u2028|\u2029/g, "\n")
    .replace(/[^\P{Cc}\t\n]|[\uFFFE\uFFFF\uFEFF]/gu, "")
    .toWellFormed();
}

/** Folds a line at 75 octets, never inside a character, with a CRLF at the end. */
export function fold(text: string): string {
  // No character of a string takes more than three octets.
  const length = text.length <= 25 ? 0 : Buffer.byteLength(text);
  if (length <= 75) return `${text}\r\n`;
  // One octet a character: most lines, and those of many kilobytes among them.
  if (length === text.length)
    return `${text.slice(0, 75)}\r\n${text.slice(75).replace(/.{1,74}/gs, " $&\r\n")}`;
  const pieces: string[] = [];
  let piece = "";
  let octets = 0;
  for (const character of text) {
    const size = octetsOf(character.codePointAt(0) ?? 0);
    if (octets + size > 75) {
      pieces.push(piece);
      piece = "";
      octets = 1;
    }
    piece += character;
    octets += size;
  }
  pieces.push(piece);
  return `${pieces.join("\r\n ")}\r\n`;
}

/** Octets of a character in UTF-8; half a surrogate pair is written as the replacement character. */
function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x8_00) return 2;
  return codePoint < 0x1_00_00 ? 3 : 4;
}
