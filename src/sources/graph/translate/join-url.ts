import { safeUrl } from "../../../calendar/compose.ts";
import { findJoinUrl } from "../../../calendar/conference.ts";
import type { GraphEvent } from "../native.ts";
import { objectsOf, textOf } from "./loose.ts";

/**
 * The address of the online meeting: as Exchange says, else the first one of a known service in the location
 * or in `text` (the body); null if there is none or it is no web address.
 */
export function joinUrlOf(event: GraphEvent, text: string): string | null {
  return (
    safeUrl(textOf(event.onlineMeeting?.joinUrl)) ??
    safeUrl(textOf(event.onlineMeetingUrl)) ??
    findJoinUrl(locationText(event)) ??
    findJoinUrl(text)
  );
}

function locationText({ location, locations }: GraphEvent): string {
  return [location, ...objectsOf(locations).slice(0, 50)]
    .flatMap((place) => [place?.displayName, place?.locationUri, place?.uniqueId])
    .map((part) => textOf(part).slice(0, 4_096))
    .join("\n");
}
