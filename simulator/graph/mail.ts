import { findItem } from "./events.ts";
import type { GraphRequest } from "./graph-request.ts";

type Person = { readonly emailAddress?: { readonly address?: string } };

type WriteBody = {
  readonly attendees?: readonly Person[];
  readonly toRecipients?: readonly Person[];
  readonly sendResponse?: boolean;
};

/**
 * Who would have got mail from Exchange for a write: there is no way to ask it not to. Making, changing or
 * deleting a meeting writes to its attendees, an answer to its organizer, a forward to whom it names.
 */
export function mailRecipients(request: GraphRequest, method: string, text: string): readonly string[] {
  const body = readBody(text);
  const action = /\/events\/[^/]+\/(\w+)$/.exec(request.path)?.[1] ?? "";
  const content = findItem(request)?.content;
  const attendees = content?.isOrganizer === true ? content.attendees : [];
  switch (action.toLowerCase()) {
    case "accept":
    case "decline":
    case "tentativelyaccept":
      return body.sendResponse === false ? [] : [content?.organizer.address ?? "organizer"];
    case "forward":
      return addressesOf(body.toRecipients ?? []);
    case "dismissreminder":
    case "snoozereminder":
      return [];
    default:
      return [
        ...new Set([
          ...addressesOf(attendees),
          ...(method === "DELETE" ? [] : addressesOf(body.attendees ?? [])),
        ]),
      ];
  }
}

function addressesOf(people: readonly Person[]): string[] {
  return people.flatMap(({ emailAddress }) => emailAddress?.address ?? []);
}

function readBody(text: string): WriteBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
