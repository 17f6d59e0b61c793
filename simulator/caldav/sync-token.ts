import type { ServerContext } from "./server-context.ts";
import type { Calendar } from "./state.ts";

const sabrePrefix = "http://sabre.io/ns/sync/";

/** What a sync token means: changes with this number or later are news. `initialTo` ends an unfinished first listing. */
export type SyncPosition = { readonly from: number; readonly initialTo: number | null };

/** The collection's current token (and ctag): sabre's counter, or an opaque string. */
export function syncTokenOf(context: ServerContext, calendar: Calendar): string {
  return writeSyncToken(context, calendar, { from: calendar.token, initialTo: null });
}

/** Writes a token. */
export function writeSyncToken(context: ServerContext, calendar: Calendar, position: SyncPosition): string {
  if (context.persona === "baikal") return `${sabrePrefix}${position.from}`;
  const plain = `${calendar.id}:${position.from}:${position.initialTo ?? ""}`;
  const opaque = Buffer.from(plain).toString("base64url");
  return context.persona === "icloud" ? `HwoQEgwAA${opaque}` : `urn:sync:${opaque}`;
}

/** Reads an opaque token of that calendar; undefined where it is none or too old or from the future. */
export function readOpaqueToken(calendar: Calendar, token: string): SyncPosition | undefined {
  const opaque = token.replace(/^(HwoQEgwAA|urn:sync:)/, "");
  const found = /^(\d+):(\d+):(\d*)$/.exec(Buffer.from(opaque, "base64url").toString());
  if (!found || Number(found[1]) !== calendar.id) return undefined;
  const from = Number(found[2]);
  if (from > calendar.token || from < calendar.knownFrom) return undefined;
  return { from, initialTo: found[3] === "" ? null : Number(found[3]) };
}

/** sabre's reading: the prefix must fit, the rest is compared with numbers as the database does. */
export function readSabreToken(token: string): { readonly written: string } | undefined {
  return token.startsWith(sabrePrefix) ? { written: token.slice(sabrePrefix.length) } : undefined;
}
