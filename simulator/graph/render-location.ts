import type { EventContent, Place } from "./model.ts";

type Json = Record<string, unknown>;

/** `location` and `locations`: places in full where they were given so, names where only text was typed. */
export function renderLocations({ location, locations }: EventContent): Json {
  if (locations.length > 0) {
    const [only] = locations;
    return {
      location:
        only !== undefined && locations.length === 1
          ? renderPlace(only)
          : typed(locations.map(({ displayName }) => displayName).join("; ")),
      locations: locations.map(renderPlace),
    };
  }
  if (location === "") {
    const nowhere = { displayName: "", locationType: "default", uniqueIdType: "unknown" };
    return { location: { ...nowhere, address: { type: "unknown" }, coordinates: {} }, locations: [] };
  }
  return {
    location: typed(location),
    locations: location
      .split("; ")
      .map((displayName) => ({ displayName, locationType: "default", uniqueIdType: "unknown" })),
  };
}

function typed(name: string): Json {
  return { displayName: name, locationType: "default", uniqueId: name, uniqueIdType: "private" };
}

function renderPlace({ displayName, ...rest }: Place): Json {
  return {
    displayName,
    locationType: "default",
    uniqueId: displayName,
    uniqueIdType: "private",
    ...rest,
  };
}
