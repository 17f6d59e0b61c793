import { stripControls } from "./content-line.ts";

/** A person of a meeting as text: `notes` are words in parentheses ("optional", "accepted"), empty for none. */
export type PersonText = {
  readonly name: string;
  readonly address: string;
  /** `resource` puts it among the rooms; `accepted`, `declined` and `tentative` are counted in long lists. */
  readonly notes: readonly string[];
};

/** Everybody is named in a list of so many; a longer one is cut there. */
const mostAttendees = 50;

/** A name or an address is cut here. */
const longestName = 200;

/**
 * Organizer, attendees and rooms as plain text for a DESCRIPTION, so that no server takes them for people
 * to write to; empty if there is nobody to name. An organizer among the attendees is not named again.
 */
export function peopleText(organizer: PersonText | null, attendees: readonly PersonText[]): string {
  const leader = organizer === null ? "" : personText(organizer);
  const others = withoutRepeats(attendees, organizer);
  const rooms = others
    .filter(isRoom)
    .map((room) => ({ ...room, notes: room.notes.filter((note) => note !== "resource") }));
  return [
    ...(leader === "" ? [] : [`Organizer: ${leader}`]),
    ...list(
      "Attendees:",
      others.filter((person) => !isRoom(person)),
    ),
    ...list("Rooms and resources:", rooms),
  ].join("\n");
}

function isRoom(person: PersonText): boolean {
  return person.notes.includes("resource");
}

function withoutRepeats(attendees: readonly PersonText[], organizer: PersonText | null): PersonText[] {
  const seen = new Set(organizer === null ? [] : [organizer.address.toLowerCase()]);
  return attendees.filter(({ address, name }) => {
    const key = address.toLowerCase();
    if (key === "") return name.trim() !== "";
    return !seen.has(key) && seen.add(key);
  });
}

function list(heading: string, people: readonly PersonText[]): string[] {
  const shown = people
    .slice(0, mostAttendees)
    .map(personText)
    .filter((text) => text !== "");
  if (shown.length === 0) return [];
  const more = people.length - mostAttendees;
  return [
    heading,
    ...shown.map((text) => `- ${text}`),
    ...(more > 0 ? [`- and ${more} more${tally(people)}`] : []),
  ];
}

/** How many answered what, where not everybody is named. */
function tally(people: readonly PersonText[]): string {
  const counts = ["accepted", "tentative", "declined"].flatMap((answer) => {
    const count = people.filter((person) => person.notes.includes(answer)).length;
    return count === 0 ? [] : [`${count} ${answer}`];
  });
  return counts.length === 0 ? "" : ` (of all ${people.length}: ${counts.join(", ")})`;
}

function personText(person: PersonText): string {
  const name = oneLine(person.name).slice(0, longestName);
  const address = oneLine(person.address).slice(0, longestName);
  const isNamed = name !== "" && name.toLowerCase() !== address.toLowerCase();
  const who = !isNamed ? address : address === "" ? name : `${name} <${address}>`;
  const notes = person.notes.filter((note) => note !== "");
  return who === "" || notes.length === 0 ? who : `${who} (${notes.join(", ")})`;
}

/** Any text on one line, without leading and trailing blanks. */
export function oneLine(text: string): string {
  return stripControls(text).replace(/\s+/g, " ").trim();
}
