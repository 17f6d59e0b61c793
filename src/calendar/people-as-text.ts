import { type Component, valueOf, withLine, withoutLines } from "./component.ts";
import { type ContentLine, escapeText, parameterOf } from "./content-line.ts";
import { type PersonText, peopleText } from "./people-text.ts";
import { personOf } from "./read-object.ts";

/** Moves ORGANIZER and ATTENDEEs into the DESCRIPTION: no server mails a text. */
export function peopleAsText(event: Component): Component {
  const organizer = event.lines.find((line) => line.name === "ORGANIZER");
  const attendees = event.lines.filter((line) => line.name === "ATTENDEE");
  if (organizer === undefined && attendees.length === 0) return event;
  const text = peopleText(
    organizer === undefined ? null : { ...personOf(organizer), notes: [] },
    attendees.map(personText),
  );
  const rest = withoutLines(event, "ORGANIZER", "ATTENDEE");
  if (text === "") return rest;
  const before = valueOf(rest, "DESCRIPTION") ?? "";
  // What stood there stays escaped as it was.
  const after = before.trim() === "" ? escapeText(text) : `${before}\\n\\n${escapeText(text)}`;
  return withLine(rest, "DESCRIPTION", after);
}

function personText(line: ContentLine): PersonText {
  const person = personOf(line);
  const role = parameterOf(line, "ROLE")?.toUpperCase();
  const kind = parameterOf(line, "CUTYPE")?.toUpperCase();
  const isResource = kind === "RESOURCE" || kind === "ROOM";
  const note = isResource ? "resource" : role === "OPT-PARTICIPANT" ? "optional" : "";
  return { ...person, notes: [note, answers.get(person.status) ?? ""] };
}

const answers: ReadonlyMap<string, string> = new Map([
  ["ACCEPTED", "accepted"],
  ["DECLINED", "declined"],
  ["TENTATIVE", "tentative"],
]);
