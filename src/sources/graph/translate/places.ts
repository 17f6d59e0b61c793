import type { Location } from "@microsoft/microsoft-graph-types";
import { safeUrl } from "../../../calendar/compose.ts";
import { oneLine } from "../../../calendar/people-text.ts";
import type { Place } from "../../../calendar/place-lines.ts";
import type { GraphEvent } from "../native.ts";
import { objectsOf, textOf } from "./loose.ts";

const mostPlaces = 50;
const longestName = 1_000;

/**
 * The places of an event that say anything, each once. Graph documents `location` as the first of `locations`;
 * where it is none of them, it counts too.
 */
export function placesOf(event: GraphEvent): Place[] {
  const main = event.location ? placeOf(event.location) : nowhere;
  const places = objectsOf(event.locations)
    .slice(0, mostPlaces)
    .map((location) => {
      const place = placeOf(location);
      // Exchange may say of one place here what it leaves out there.
      return place.name !== main.name
        ? place
        : { ...place, address: place.address || main.address, position: place.position ?? main.position };
    })
    .filter(saysAnything);
  const isMainAmong = places.length > 0 && isNamed(main.name, new Set(places.map(({ name }) => name)));
  return isMainAmong || !saysAnything(main) ? places : [main, ...places];
}

function saysAnything({ name, address }: Place): boolean {
  return name !== "" || address !== "";
}

/** Of several places, `location` may be all the names in one. */
function isNamed(name: string, names: ReadonlySet<string>): boolean {
  return name === "" || names.has(name) || name.split(";").every((part) => names.has(part.trim()));
}

const nowhere: Place = { name: "", address: "", position: null };

function placeOf(location: Location): Place {
  const { street, city, state, postalCode, countryOrRegion } = location.address ?? {};
  const address = [street, city, state, postalCode, countryOrRegion]
    .map((part) => oneLine(textOf(part).slice(0, longestName)))
    .filter((part) => part !== "")
    .join(", ");
  const name = oneLine(textOf(location.displayName).slice(0, longestName));
  return {
    name,
    address: address || (safeUrl(textOf(location.locationUri)) ?? ""),
    position: positionOf(location),
  };
}

function positionOf({ coordinates }: Location): Place["position"] {
  const { latitude, longitude } = coordinates ?? {};
  // Graph's numbers may also be the texts "NaN" and "INF".
  return typeof latitude === "number" && typeof longitude === "number" ? { latitude, longitude } : null;
}
