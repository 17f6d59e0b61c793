import { createHash } from "node:crypto";
import { type JsonObject, stringAt } from "./json.ts";

/** When a listing must be taken for endless. */
export type PageLimits = {
  readonly pages: number;
  /** For one uninterrupted run over the pages. */
  readonly wallClockMs: number;
  /** How often one and the same page may come. */
  readonly sightings: number;
};

/** Far beyond any calendar: 400,000 events at 200 a page. */
export const defaultPageLimits: PageLimits = { pages: 2_000, wallClockMs: 30 * 60_000, sightings: 2 };

/** What the guard remembers of the pages so far; survives in a resume point. */
export type PageTrail = { readonly pages: number; readonly recent: readonly string[] };

export const emptyTrail: PageTrail = { pages: 0, recent: [] };

const recentPages = 64;

/** The trail with one page more. */
export function followPage(trail: PageTrail, items: readonly JsonObject[]): PageTrail {
  const mark = markOf(items);
  const recent = mark === null ? trail.recent : [...trail.recent, mark].slice(-recentPages);
  return { pages: trail.pages + 1, recent };
}

/**
 * Why this listing must be taken for endless, or null. Graph is known to hand out ever new next links to the
 * same content (recurring masters that expand past the page size), so the links themselves prove nothing.
 */
export function endlessReason(trail: PageTrail, elapsedMs: number, limits: PageLimits): string | null {
  const last = trail.recent.at(-1);
  const seen = trail.recent.filter((mark) => mark === last).length;
  if (last !== undefined && seen > limits.sightings) return `the same page came ${seen} times`;
  if (trail.pages >= limits.pages) return `no end after ${trail.pages} pages`;
  if (elapsedMs > limits.wallClockMs) return `no end after ${Math.round(elapsedMs / 60_000)} minutes`;
  return null;
}

/** Hash of the page's set of (id, etag); null for an empty page, of which there may be any number. */
function markOf(items: readonly JsonObject[]): string | null {
  if (items.length === 0) return null;
  const lines = items.map((item) => `${stringAt(item, "id") ?? ""} ${stringAt(item, "@odata.etag") ?? ""}`);
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("base64url").slice(0, 12);
}
