import type { Reporter } from "./reporter.ts";
import { sourceKinds } from "./schema-sources.ts";
import { suggest } from "./suggest.ts";

/**
 * Reports every source whose `kind` is missing or wrong and writes a likely one in its place: the
 * schema could not look at the rest of such a source, and its other mistakes would come out one by one.
 */
export function guessKinds(draft: unknown, reporter: Reporter): void {
  if (typeof draft !== "object" || draft === null || !("sources" in draft)) return;
  if (!Array.isArray(draft.sources)) return;
  for (const [index, source] of (draft.sources as readonly unknown[]).entries()) {
    if (typeof source !== "object" || source === null || Array.isArray(source)) continue;
    const path = ["sources", index, "kind"];
    const written: unknown = "kind" in source ? source.kind : undefined;
    if (sourceKinds.some((kind) => kind === written)) continue;
    const allowed = sourceKinds.join(", ");
    if (!reporter.has(path)) reporter.error(path, "this key is required", { allowed });
    else if (reporter.node(path)?.broken !== true) {
      reporter.error(path, "unknown kind of source", { found: true, allowed, words: sourceKinds });
    }
    Object.assign(source, { kind: guess(source, written) });
  }
}

function guess(source: object, written: unknown): string {
  const near = typeof written === "string" ? suggest(written, sourceKinds) : undefined;
  if (near !== undefined) return near;
  if (["tenant", "client_id", "mailboxes", "credential"].some((key) => key in source)) return "graph";
  return "url" in source ? "caldav" : "icloud";
}
