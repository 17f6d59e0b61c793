import { resolveZone } from "./local-time.ts";
import { GraphRefusal } from "./reply.ts";

/** What the Prefer headers of one request ask for. They are never remembered in links. */
export type Preferences = {
  readonly immutableIds: boolean;
  /** Zone name as sent, and its IANA zone. */
  readonly timeZone: { readonly name: string; readonly zone: string };
  readonly maxPageSize: number | null;
  readonly textBodies: boolean;
  /** The value of Preference-Applied, without the body type, which not every request honours. */
  readonly applied: readonly string[];
};

/** Reads Prefer. @throws GraphRefusal for a zone that Exchange does not know */
export function readPreferences(header: string | undefined): Preferences {
  const wanted = new Map<string, string>();
  for (const match of (header ?? "").matchAll(/([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]+)))?/g)) {
    wanted.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  const applied: string[] = [];
  const name = wanted.get("outlook.timezone") ?? "UTC";
  const zone = resolveZone(name);
  if (zone === null) {
    throw new GraphRefusal(
      400,
      "TimeZoneNotSupportedException",
      `A time zone with the specified ID could not be found: ${name}`,
    );
  }
  if (wanted.has("outlook.timezone")) applied.push(`outlook.timezone="${name}"`);
  const size = Number(wanted.get("odata.maxpagesize") ?? Number.NaN);
  const maxPageSize = Number.isInteger(size) && size > 0 ? Math.min(size, 1000) : null;
  if (maxPageSize !== null) applied.push(`odata.maxpagesize=${maxPageSize}`);
  const immutableIds = wanted.get("idtype") === "ImmutableId";
  if (immutableIds) applied.push('IdType="ImmutableId"');
  return {
    immutableIds,
    timeZone: { name, zone },
    maxPageSize,
    textBodies: wanted.get("outlook.body-content-type")?.toLowerCase() === "text",
    applied,
  };
}

/** The Preference-Applied header for a list of preferences; none for an empty list. */
export function preferenceApplied(applied: readonly string[]): Record<string, string> {
  return applied.length === 0 ? {} : { "preference-applied": applied.join(", ") };
}
