import type { Attendee, Recipient } from "@microsoft/microsoft-graph-types";
import { compile } from "html-to-text";
import { type Place, safeUrl } from "../../../calendar/compose.ts";
import { stripControls } from "../../../calendar/content-line.ts";
import { oneLine, type PersonText, peopleText } from "../../../calendar/people-text.ts";
import type { GraphEvent } from "../native.ts";

const longestBody = 30_000;

const htmlToText = compile({
  wordwrap: false,
  limits: { maxInputLength: 2_000_000, maxDepth: 100, maxChildNodes: 5_000 },
  selectors: [
    { selector: "img", format: "skip" },
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** DESCRIPTION of an event: its body as plain text, the address to join, organizer and attendees as text. */
export function descriptionOf(event: GraphEvent): string {
  const body = bodyText(event);
  const join = joinUrl(event);
  const parts = [body, join === null || body.includes(join) ? "" : `Join: ${join}`, people(event)];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The address of the online meeting; null if there is none or it is no web address. */
export function joinUrl(event: GraphEvent): string | null {
  return safeUrl(event.onlineMeeting?.joinUrl ?? null) ?? safeUrl(event.onlineMeetingUrl ?? null);
}

function bodyText(event: GraphEvent): string {
  const content = event.body?.content ?? "";
  const text = event.body?.contentType === "text" ? content : htmlToText(content);
  // What blanks and control characters are dropped from is bounded first: a body may hold megabytes of them.
  const clean = stripControls(text.slice(0, 4 * longestBody))
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  const isCut = clean.length > longestBody || text.length > 4 * longestBody;
  return isCut ? `${clean.slice(0, longestBody).toWellFormed()}…` : clean;
}

function people(event: GraphEvent): string {
  const attendees = event.hideAttendees === true ? [] : (event.attendees ?? []);
  // Who made an entry for nobody but themselves is no news.
  const isPersonal = attendees.length === 0 && event.isOrganizer === true;
  const organizer = event.organizer ?? null;
  return isPersonal ? "" : peopleText(organizer && personOf(organizer, []), attendees.map(attendeeOf));
}

function attendeeOf(attendee: Attendee): PersonText {
  const isMarked = attendee.type === "optional" || attendee.type === "resource";
  return personOf(attendee, [
    isMarked ? (attendee.type ?? "") : "",
    answers.get(attendee.status?.response ?? "") ?? "",
  ]);
}

function personOf(recipient: Recipient, notes: readonly string[]): PersonText {
  const { name, address } = recipient.emailAddress ?? {};
  return { name: name ?? "", address: address ?? "", notes };
}

const answers: ReadonlyMap<string, string> = new Map([
  ["accepted", "accepted"],
  ["declined", "declined"],
  ["tentativelyAccepted", "tentative"],
]);

/** The places of an event that say anything. */
export function placesOf(event: GraphEvent): Place[] {
  const given = (event.locations ?? []).length > 0 ? (event.locations ?? []) : [event.location];
  const places = given.map((place) => {
    const { street, city, state, postalCode, countryOrRegion } = place?.address ?? {};
    const address = [street, city, state, postalCode, countryOrRegion]
      .map((part) => oneLine(part ?? ""))
      .filter((part) => part !== "")
      .join(", ");
    return { name: oneLine(place?.displayName ?? ""), address, position: null };
  });
  return places.filter(({ name, address }) => name !== "" || address !== "");
}
