import type { Kysely } from "kysely";
import type { Database } from "../../../src/store/schema.ts";
import { summaryOf } from "./fake-target.ts";
import { type AccountSpec, World } from "./world.ts";

/** An account with two calendars. */
export const home: AccountSpec = { id: "home", style: "href", calendars: ["private", "club"], priority: 1 };

/** A world at rest with these events in "private", and no writes counted yet. */
export async function worldAtRest(db: Kysely<Database>, ...uids: string[]): Promise<World> {
  const world = new World(db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

/** Titles of what stands in the target, by object name. */
export function standing(world: World): Record<string, string> {
  return Object.fromEntries([...world.sink.objects].map(([name, { ics }]) => [name, summaryOf(ics)]));
}
