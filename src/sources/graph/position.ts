import { z } from "zod";
import type { Window } from "../../calendar/window.ts";

const windowSchema = z.object({ from: z.iso.datetime(), until: z.iso.datetime() });

const deltaCheckpoint = z.object({
  v: z.literal(1),
  mode: z.literal("delta"),
  /** The window that is baked into the token. */
  window: windowSchema,
  link: z.string(),
});

const viewCheckpoint = z.object({
  v: z.literal(1),
  mode: z.literal("view"),
  /** Why delta does not serve this calendar. */
  reason: z.string(),
  /** Epoch milliseconds from which delta is tried again. */
  retryDeltaAt: z.number(),
});

const trail = z.object({ pages: z.number(), recent: z.array(z.string()).readonly() });

const deltaPosition = z.object({
  v: z.literal(1),
  mode: z.literal("delta"),
  kind: z.enum(["incremental", "complete"]),
  window: windowSchema,
  /** The page to read next; null for the first one of a complete round. */
  link: z.string().nullable(),
  trail,
});

const viewPosition = z.object({
  v: z.literal(1),
  mode: z.literal("view"),
  window: windowSchema,
  link: z.string().nullable(),
  trail,
  reason: z.string(),
  retryDeltaAt: z.number(),
});

const checkpointSchema = z.discriminatedUnion("mode", [deltaCheckpoint, viewCheckpoint]);
const positionSchema = z.discriminatedUnion("mode", [deltaPosition, viewPosition]);

/** Where the next round starts. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** Where a round stands between two pages. */
export type Position = z.infer<typeof positionSchema>;

/** The stored checkpoint; null where it is absent, unreadable or of another Graph host: begin anew. */
export function parseCheckpoint(text: string | null, graph: URL): Checkpoint | null {
  const checkpoint = checkpointSchema.safeParse(parse(text)).data;
  if (checkpoint === undefined) return null;
  return checkpoint.mode === "view" || isOf(graph, checkpoint.link) ? checkpoint : null;
}

/** The stored resume point; null as with `parseCheckpoint`. */
export function parsePosition(text: string | null, graph: URL): Position | null {
  const position = positionSchema.safeParse(parse(text)).data;
  return position !== undefined && (position.link === null || isOf(graph, position.link)) ? position : null;
}

/** The window of a new token: the promised one and a rebase interval, so that it covers the days to come. */
export function extend(window: Window, rebaseDays: number): Window {
  const until = new Date(Date.parse(window.until) + rebaseDays * 86_400_000);
  return { from: new Date(window.from).toISOString(), until: until.toISOString() };
}

/** True where nothing of `inner` lies outside `outer`. */
export function covers(outer: Window, inner: Window): boolean {
  return (
    Date.parse(outer.from) <= Date.parse(inner.from) && Date.parse(outer.until) >= Date.parse(inner.until)
  );
}

function parse(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isOf(graph: URL, link: string): boolean {
  return URL.canParse(link) && new URL(link).origin === graph.origin;
}
