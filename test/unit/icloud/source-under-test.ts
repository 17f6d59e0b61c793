import type { CaldavSourceConfig } from "../../../src/config/config.ts";
import { usualLimits } from "../../usual-limits.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { Transport } from "../../../src/http/transport.ts";
import { createCaldavSource } from "../../../src/sources/icloud/caldav-source.ts";
import type { Page, Settlement, Source } from "../../../src/sources/source.ts";
import { home } from "../sink/scripted-caldav.ts";

export const signal: AbortSignal = AbortSignal.timeout(60_000);
export const work = `${home}work/`;
const window = { from: "2026-01-01T00:00:00.000Z", until: "2029-01-01T00:00:00.000Z" };

export function sourceConfig(overrides: Partial<CaldavSourceConfig> = {}): CaldavSourceConfig {
  return {
    id: "family",
    kind: "caldav",
    was: null,
    target: "all",
    priority: 1,
    mode: "read-only",
    enabled: true,
    apart: false,
    order: 0,
    ...usualLimits,
    url: new URL("https://dav.example.test/dav.php/"),
    credentials: { username: "owner", password: new Secret("hidden-word", "test") },
    auth: "basic",
    ca: null,
    calendars: "all",
    ...overrides,
  };
}

/** The time that a source believes it is, unless told otherwise; epoch milliseconds. */
export const today = Date.parse("2026-03-01T00:00:00Z");

/** A source that tries everything once; `now` is the time that it believes it is. */
export function openSource(
  transport: Transport,
  overrides: Partial<CaldavSourceConfig> = {},
  now: () => number = () => today,
): Source {
  return createCaldavSource(sourceConfig(overrides), {
    transport,
    clock: { now, uptime: now, sleep: async () => {} },
    retry: { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxTotalWaitMs: 1 },
  });
}

export type RoundOptions = {
  readonly checkpoint?: object;
  readonly resume?: object;
  /** ETags by object name. */
  readonly known?: Readonly<Record<string, string>>;
};

/** All pages of a round over the calendar `work`. */
export function readRound(source: Source, options: RoundOptions = {}): Promise<readonly Page[]> {
  const { checkpoint, resume, known = {} } = options;
  const etags = Object.entries(known).map(([name, tag]) => [`${work}${name}`, `"${tag}"`] as const);
  const pages = source.round(
    {
      calendar: { id: work, name: "Work" },
      window,
      checkpoint: checkpoint === undefined ? null : JSON.stringify(checkpoint),
      resume: resume === undefined ? null : JSON.stringify(resume),
      knownEtags: async (ids) => new Map(etags.filter(([id]) => ids === "all" || ids.includes(id))),
      stagedNatives: async () => new Map(),
    },
    signal,
  );
  return Array.fromAsync(pages);
}

/** Settles items of the calendar `work`, named by object name. */
export async function settleAll(
  source: Source,
  items: readonly (readonly ["tombstone" | "fetch", string])[],
): Promise<readonly Settlement[]> {
  const owed = items.map(([kind, name]) => ({ kind, nativeId: `${work}${name}`, native: null }));
  const batches = source.settle({ id: work, name: "Work" }, owed, window, signal);
  return (await Array.fromAsync(batches)).flat();
}
