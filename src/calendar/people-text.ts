import { stripControls } from "./content-line.ts";

/** A person of a meeting as text: `note` is a word in parentheses ("optional", "accepted"), empty for none. */
export type PersonText = {
  readonly name: string;
  readonly address: string;
  readonly notes: readonly string[];
};

const mostAttendees = 100;

/**
 * Organizer and attendees as plain text for a DESCRIPTION, so that no server takes them for people to
 * write to; empty if there is nobody to name.
 */
export function peopleText(organizer: PersonText | null, attendees: readonly PersonText[]): string {
  const leader = organizer === null ? "" : personText(organizer);
  const shown = attendees
    .slice(0, mostAttendees)
    .map(personText)
    .filter((text) => text !== "");
  const more = attendees.length > mostAttendees ? [`- and ${attendees.length - mostAttendees} more`] : [];
  return [
    ...(leader === "" ? [] : [`Organizer: ${leader}`]),
    ...(shown.length === 0 ? [] : ["Attendees:", ...shown.map((text) => `- ${text}`), ...more]),
  ].join("\n");
}

function personText(person: PersonText): string {
  const name = oneLine(person.name);
  const address = oneLine(person.address);
  const who = name === "" || name === address ? address : address === "" ? name : `${name} <${address}>`;
  const notes = person.notes.filter((note) => note !== "");
  return who === "" || notes.length === 0 ? who : `${who} (${notes.join(", ")})`;
}

/** Any text on one line, without leading and trailing blanks. */
export function oneLine(text: string): string {
  return stripControls(text).replace(/\s+/g, " ").trim();
}
