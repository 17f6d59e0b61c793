import {
  type ContentLine,
  contentLine,
  escapeText,
  parseContentLine,
  stripControls,
} from "../../calendar/content-line.ts";
import { dateLine, readDate } from "./date-text.ts";

/** Properties whose value is a moment, wherever they stand. */
const moments = new Set("DTSTAMP CREATED LAST-MODIFIED COMPLETED ACKNOWLEDGED".split(" "));

/** What VALUE may be for properties that servers read by their type (RFC 5545 3.8, RFC 7986 5). */
const types: ReadonlyMap<string, string> = new Map([
  ...[...moments].map((name) => [name, "DATE-TIME"] as const),
  ...["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE"].map((name) => [name, "DATE DATE-TIME"] as const),
  ["RDATE", "DATE DATE-TIME PERIOD"],
  ["TRIGGER", "DURATION DATE-TIME"],
  ["DURATION", "DURATION"],
  ["RRULE", "RECUR"],
  ["EXRULE", "RECUR"],
  ["GEO", "FLOAT"],
  ["ATTACH", "URI BINARY"],
  ["IMAGE", "URI BINARY"],
  ["URL", "URI"],
  ...["PRIORITY", "SEQUENCE", "REPEAT"].map((name) => [name, "INTEGER"] as const),
  ..."UID SUMMARY DESCRIPTION LOCATION COMMENT CONTACT CATEGORIES RESOURCES STATUS CLASS TRANSP ACTION RELATED-TO COLOR"
    .split(" ")
    .map((name) => [name, "TEXT"] as const),
]);

const largestText = 100_000;
const largestAttachment = 200_000;

/** A line as servers take it and say it back; null where it has to go. Whatever is lost is noted. */
export function repairLine(given: ContentLine, notes: Set<string>): ContentLine | null {
  const line = withReadableEncoding(withReadableParameters(clean(given), notes), notes);
  const value = line.value.trim();
  if (moments.has(line.name)) return moment(line, notes);
  switch (line.name) {
    case "SEQUENCE":
    case "REPEAT":
      return value !== "" && /^\d{1,9}$/.test(value) ? line : lost(line, notes);
    case "PRIORITY":
      return /^\d$/.test(value) ? line : lost(line, notes);
    case "GEO":
      return position(line, notes);
    case "DUE":
      return moment(line, notes);
    // Servers take these for names and addresses of a vCard and complete them.
    case "N":
    case "ADR":
      return lost(line, notes);
    case "STATUS":
      if (/^CANCELED$/i.test(value)) return contentLine("STATUS", "CANCELLED");
      return /^(?:TENTATIVE|CONFIRMED|CANCELLED)$/i.test(value) ? line : lost(line, notes);
    case "TRANSP":
      return /^(?:OPAQUE|TRANSPARENT)$/i.test(value) ? line : lost(line, notes);
    case "ATTACH":
    case "IMAGE":
      return attachment(line, notes);
    case "DESCRIPTION":
    case "X-ALT-DESC":
      return shortened(line, notes);
    default:
      return /^(?:DATE|DATE-TIME)$/i.test(stated(line)) && !types.has(line.name) ? moment(line, notes) : line;
  }
}

/** The line without control characters, which servers would take out. */
function clean(line: ContentLine): ContentLine {
  const text = stripControls(line.text).replaceAll("\n", " ");
  return text === line.text ? line : (parseContentLine(text) ?? line);
}

function stated(line: ContentLine): string {
  return line.params.find((one) => one.name === "VALUE")?.values[0] ?? "";
}

function rebuilt(line: ContentLine, params: ContentLine["params"]): ContentLine {
  return contentLine(line.name, line.value, Object.fromEntries(params.map((one) => [one.name, one.values])));
}

const once = new Set(["VALUE", "TZID", "ENCODING", "RANGE", "RELATED", "FMTTYPE", "ALTREP", "LANGUAGE"]);

/** Each parameter once and VALUE only where the property can be of that type: servers fail at everything else. */
function withReadableParameters(line: ContentLine, notes: Set<string>): ContentLine {
  if (line.params.length === 0) return line;
  const names = new Set(line.params.map((one) => one.name));
  const allowed = types.get(line.name);
  const type = stated(line).toUpperCase();
  const isTyped =
    !names.has("VALUE") ||
    (allowed === undefined ? !/^(?:RECUR|PERIOD|TIME|UTC-OFFSET|)$/.test(type) : isIn(type, allowed));
  const isSingle = line.params.every((one) => !once.has(one.name) || one.values.length === 1);
  if (names.size === line.params.length && isTyped && isSingle) return line;
  if (!isTyped)
    notes.add(`The type ${type.slice(0, 20)} of ${line.name.slice(0, 40)} is none that it can have.`);
  const seen = new Set<string>();
  const kept = line.params.filter((one) => {
    if (seen.has(one.name) || (!isTyped && one.name === "VALUE")) return false;
    seen.add(one.name);
    return true;
  });
  return rebuilt(
    line,
    kept.map((one) => (once.has(one.name) ? { ...one, values: one.values.slice(0, 1) } : one)),
  );
}

function isIn(type: string, list: string): boolean {
  return list.split(" ").includes(type);
}

/** Servers know 8BIT and BASE64; QUOTED-PRINTABLE is of vCalendar 1.0 and is decoded. */
function withReadableEncoding(line: ContentLine, notes: Set<string>): ContentLine {
  const encoding = line.params.find((one) => one.name === "ENCODING")?.values[0]?.toUpperCase();
  if (encoding === undefined || encoding === "8BIT" || encoding === "BASE64") return line;
  const params = line.params.filter((one) => one.name !== "ENCODING" && one.name !== "CHARSET");
  if (encoding === "B") return rebuilt(line, [...params, { name: "ENCODING", values: ["BASE64"] }]);
  notes.add(`The encoding ${encoding.slice(0, 20)} was taken off ${line.name.slice(0, 40)}.`);
  if (encoding !== "QUOTED-PRINTABLE") return rebuilt(line, params);
  const octets = line.value.replace(/=([0-9A-F]{2})/gi, "%$1").replace(/%(?![0-9A-F]{2})/gi, "%25");
  return rebuilt({ ...line, value: decoded(octets, line.value) }, params);
}

function decoded(octets: string, fallback: string): string {
  try {
    return escapeText(decodeURIComponent(octets));
  } catch {
    return fallback;
  }
}

function lost(line: ContentLine, notes: Set<string>): null {
  if (line.value.trim() !== "")
    notes.add(
      `Its ${line.name.slice(0, 40)} could not be read and was left out: ${line.value.slice(0, 40)}.`,
    );
  return null;
}

function moment(line: ContentLine, notes: Set<string>): ContentLine | null {
  const tzid = line.params.find((one) => one.name === "TZID")?.values[0] ?? null;
  const value = readDate(line.value, tzid);
  if (value === null) return lost(line, notes);
  // All of these are DATE-TIMEs; a day stands for its beginning.
  if (value.form === "date" && moments.has(line.name))
    return dateLine(line, { form: "utc", wall: value.wall });
  return dateLine(line, value);
}

function position(line: ContentLine, notes: Set<string>): ContentLine | null {
  const numbers = line.value.split(/[;,]/).map((part) => part.trim());
  const isNumber = numbers.length === 2 && numbers.every((part) => /^[+-]?\d{1,3}(?:\.\d+)?$/.test(part));
  const isOnEarth = Math.abs(Number(numbers[0])) <= 90 && Math.abs(Number(numbers[1])) <= 180;
  if (!isNumber || !isOnEarth) return lost(line, notes);
  return line.value === numbers.join(";") ? line : contentLine("GEO", numbers.join(";"));
}

function attachment(line: ContentLine, notes: Set<string>): ContentLine | null {
  if (/^\s*cid:/i.test(line.value)) {
    notes.add("An attachment that stands in a mail was left out.");
    return null;
  }
  if (line.value.length <= largestAttachment) return line;
  notes.add(`An attachment of ${Math.ceil(line.value.length / 1_000)} KB was left out.`);
  return null;
}

function shortened(line: ContentLine, notes: Set<string>): ContentLine {
  if (line.value.length <= largestText) return line;
  notes.add(`Its ${line.name} of ${Math.ceil(line.value.length / 1_000)} KB was cut at 100 KB.`);
  // Not within an escape, nor within a character.
  const kept = line.value
    .slice(0, largestText)
    .replace(/(?<!\\)((?:\\\\)*)\\$/, "$1")
    .toWellFormed();
  return rebuilt({ ...line, value: `${kept.replace(/\uFFFD$/, "")}…` }, line.params);
}
