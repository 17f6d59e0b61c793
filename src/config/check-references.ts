import type { ConfigDraft, SourceDraft } from "./draft.ts";
import type { Reporter } from "./reporter.ts";
import type { YamlPath } from "./yaml-path.ts";

/** Ids against each other: duplicates, former ids, targets that nobody feeds or that do not exist. */
export function checkReferences(draft: ConfigDraft, reporter: Reporter): void {
  const sources = (draft.sources ?? []).flatMap((source, index) =>
    source === undefined ? [] : [{ source, path: ["sources", index] as YamlPath }],
  );
  checkDuplicates(sources, reporter);
  checkFormer(
    sources.map(({ source, path }) => ({ id: source.id, was: source.was, path: [...path, "was"] })),
    "source",
    reporter,
  );
  checkFormer(
    Object.entries(draft.calendars ?? {}).map(([id, target]) => ({
      id,
      was: target?.was,
      path: ["calendars", id, "was"],
    })),
    "target",
    reporter,
  );
  checkTargets(sources, reporter);
}

type Placed = { readonly source: SourceDraft; readonly path: YamlPath };

function checkDuplicates(sources: readonly Placed[], reporter: Reporter): void {
  const first = new Map<string, YamlPath>();
  for (const { source, path } of sources) {
    if (source.id === undefined) continue;
    const earlier = first.get(source.id);
    if (earlier === undefined) {
      first.set(source.id, path);
      continue;
    }
    const line = reporter.node([...earlier, "id"])?.position.line ?? 1;
    reporter.error([...path, "id"], `another source has this id, in line ${line}`, { found: true });
  }
}

type Former = { readonly id: string | undefined; readonly was: string | undefined; readonly path: YamlPath };

function checkFormer(entries: readonly Former[], noun: string, reporter: Reporter): void {
  const ids = new Set(entries.map(({ id }) => id));
  const claimed = new Map<string, YamlPath>();
  for (const { id, was, path } of entries) {
    if (was === undefined) continue;
    const earlier = claimed.get(was);
    if (was === id) {
      reporter.error(path, `the former id is the id that the ${noun} has now: remove was`, { found: true });
    } else if (ids.has(was)) {
      reporter.error(path, `the former id is the id of another ${noun}`, { found: true });
    } else if (earlier !== undefined) {
      const line = reporter.node(earlier)?.position.line ?? 1;
      reporter.error(path, `another ${noun} claims the same former id, in line ${line}`, { found: true });
    }
    claimed.set(was, path);
  }
}

function checkTargets(sources: readonly Placed[], reporter: Reporter): void {
  // All ids that are written, even those of targets with a mistake in them.
  const written = reporter.node(["calendars"])?.value;
  if (typeof written !== "object" || written === null || Array.isArray(written)) return;
  const ids = Object.keys(written);
  if (ids.length === 0)
    reporter.error(["calendars"], "at least one target calendar is required", { atKey: true });
  for (const { source, path } of sources) {
    if (source.target === undefined || ids.includes(source.target)) continue;
    reporter.error([...path, "target"], "no such target calendar", {
      found: true,
      allowed: ids.join(", "),
      words: ids,
    });
  }
  for (const id of ids) {
    const feeding = sources.map(({ source }) => source).filter(({ target }) => target === id);
    if (feeding.length === 0) {
      reporter.warning(["calendars", id], "no source feeds this target", { atKey: true });
    }
    const modes = new Set(
      feeding.filter(({ enabled }) => enabled !== false).map(({ mode }) => mode ?? "read-only"),
    );
    if (modes.size > 1) {
      const message =
        "mixes read-only and two-way sources: the phone may then edit events whose changes are not carried back";
      reporter.warning(["calendars", id], message, { atKey: true });
    }
  }
}
