import type { JournalConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { readDays } from "./resolve-days.ts";

const bytesPer = { MB: 1_000_000, GB: 1_000_000_000 };

/** How long and how much of what was replaced is kept. */
export function resolveJournal(context: ResolveContext, draft: ConfigDraft["journal"]): JournalConfig {
  const keepDays = readDays(context, ["journal", "keep"], draft?.keep ?? defaults.journal.keep);
  const maxBytes = parseSize(draft?.size ?? defaults.journal.size);
  if (maxBytes === undefined) {
    context.reporter.error(["journal", "size"], "not a size", {
      found: true,
      allowed: "a number of MB or GB such as 500MB or 2GB, at least 1MB",
    });
  }
  return { keepDays: keepDays ?? 1, maxBytes: maxBytes ?? bytesPer.MB };
}

function parseSize(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})\s*(MB|GB)$/.exec(text.trim());
  const unit = match?.[2];
  return unit === "MB" || unit === "GB" ? Number(match?.[1]) * bytesPer[unit] : undefined;
}
