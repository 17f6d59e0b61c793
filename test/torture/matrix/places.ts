import { graphPlaces } from "./graph-places.ts";
import { icloudPlaces } from "./icloud-places.ts";
import type { Place } from "./place.ts";
import { sinkPlaces } from "./sink-places.ts";

/** Every kind of request that Kalends sends. */
export const places: readonly Place[] = [...graphPlaces, ...icloudPlaces, ...sinkPlaces];
