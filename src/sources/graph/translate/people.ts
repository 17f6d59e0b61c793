import type { Attendee, Recipient } from "@microsoft/microsoft-graph-types";
import { type PersonText, peopleText } from "../../../calendar/people-text.ts";
import type { GraphEvent } from "../native.ts";
import { objectsOf, textOf, wordOf } from "./loose.ts";

/** Who meets, and what the owner of the mailbox answered; empty for an entry that concerns nobody else. */
export function peopleOf(event: GraphEvent): string {
  const attendees = event.hideAttendees === true ? [] : objectsOf(event.attendees);
  // Who made an entry for nobody but themselves is no news.
  const isPersonal = attendees.length === 0 && event.isOrganizer === true;
  const organizer = event.organizer ?? null;
  const people = isPersonal
    ? ""
    : peopleText(organizer && personOf(organizer, []), attendees.map(attendeeOf));
  const answer = ownAnswers.get(wordOf(event.responseStatus?.response));
  return [answer === undefined ? "" : `Your answer: ${answer}`, people]
    .filter((part) => part !== "")
    .join("\n");
}

function attendeeOf(attendee: Attendee): PersonText {
  const type = wordOf(attendee.type);
  return personOf(attendee, [
    type === "optional" || type === "resource" ? type : "",
    answers.get(wordOf(attendee.status?.response)) ?? "",
  ]);
}

function personOf(recipient: Recipient, notes: readonly string[]): PersonText {
  const { name, address } = recipient.emailAddress ?? {};
  return { name: textOf(name), address: textOf(address), notes };
}

const answers: ReadonlyMap<string, string> = new Map([
  ["accepted", "accepted"],
  ["declined", "declined"],
  ["tentativelyaccepted", "tentative"],
]);

const ownAnswers: ReadonlyMap<string, string> = new Map([...answers, ["notresponded", "none yet"]]);
