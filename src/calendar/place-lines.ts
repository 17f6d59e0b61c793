import { type ContentLine, contentLine, escapeText } from "./content-line.ts";

/** Where an event takes place. Texts may be empty. */
export type Place = {
  readonly name: string;
  /** Postal address, in one line. */
  readonly address: string;
  /** Degrees, WGS84; null where it is not known. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
};

/**
 * LOCATION with every place; GEO (RFC 5545 3.8.1.6) of the first whose position is known; for a single place
 * with a position also what Apple's calendars show a map by.
 */
export function placeLines(places: readonly Place[]): ContentLine[] {
  const texts = new Set(places.map(placeText).filter((text) => text !== ""));
  const located = places.find(hasPosition);
  const [only, ...others] = places;
  return [
    ...(texts.size === 0 ? [] : [contentLine("LOCATION", escapeText([...texts].join("; ")))]),
    ...(located === undefined ? [] : [contentLine("GEO", pair(located.position, ";"))]),
    ...(only === undefined || others.length > 0 || !hasPosition(only) ? [] : [structured(only)]),
  ];
}

/** Name and address, or the one that says it all. */
function placeText({ name, address }: Place): string {
  if (name === "" || address.includes(name)) return address;
  return address === "" || name.includes(address) ? name : `${name}, ${address}`;
}

type Located = Place & { readonly position: NonNullable<Place["position"]> };

function hasPosition(place: Place): place is Located {
  if (place.position === null) return false;
  const { latitude, longitude } = place.position;
  // Nobody meets in the sea off Africa: two zeros are an empty form.
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
}

function pair({ latitude, longitude }: Located["position"], separator: string): string {
  return `${latitude.toFixed(6)}${separator}${longitude.toFixed(6)}`;
}

function structured(place: Located): ContentLine {
  return contentLine("X-APPLE-STRUCTURED-LOCATION", `geo:${pair(place.position, ",")}`, {
    VALUE: "URI",
    ...(place.address === "" ? {} : { "X-ADDRESS": unambiguous(place.address) }),
    "X-APPLE-RADIUS": "100",
    "X-TITLE": unambiguous(place.name || place.address || "Map"),
  });
}

/** Readers differ in whether a backslash (Apple) or a caret (RFC 6868) escapes what follows it in a parameter. */
function unambiguous(text: string): string {
  return text.replace(/[\\^]/g, "/");
}
