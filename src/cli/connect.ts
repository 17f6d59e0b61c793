import type { Logger } from "pino";
import type { Config, SourceConfig } from "../config/config.ts";
import { type Clock, systemClock } from "../http/clock.ts";
import { createTransport } from "../http/node-transport.ts";
import type { Transport, TransportOptions } from "../http/transport.ts";
import type { ConfiguredAccount, Context, Progress } from "../reconcile/context.ts";
import { createSink } from "../sink/caldav-sink.ts";
import { createDryRunSink } from "../sink/dry-run-sink.ts";
import { createGraphSource } from "../sources/graph/graph-source.ts";
import { createGraphTenant } from "../sources/graph/graph-tenant.ts";
import { graphTranslator } from "../sources/graph/translate/translator.ts";
import { createCaldavSource } from "../sources/icloud/caldav-source.ts";
import { icloudPollFloorMs } from "../sources/icloud/poll-floor.ts";
import { caldavTranslator } from "../sources/icloud/translate.ts";
import { rememberTranslations, TranslationMemory } from "../sources/remember-translations.ts";
import type { Source, Translator } from "../sources/source.ts";
import type { Database } from "../store/schema.ts";
import type { Kysely } from "kysely";
import { closeWhenUnused, type InUse } from "./close-when-unused.ts";

/** What one configuration connects to: disposing closes all its connections. */
export type Connections = InUse & {
  readonly context: Context;
  /** The same context with a sink that drops every write. */
  readonly dryRun: Context;
};

export type ConnectParts = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly installationKey: Uint8Array;
  readonly holder: string;
  readonly progress: Progress;
  /** The machine's clock unless given. */
  readonly clock?: Clock;
  /** Time-outs and caps of every connection; the usual ones unless given. */
  readonly limits?: Omit<TransportOptions, "ca">;
};

const dayMs = 86_400_000;

/** Builds the sources and the sink that a configuration names. Nothing is requested yet. */
export function connect(config: Config, parts: ConnectParts): Connections {
  const stack = new AsyncDisposableStack();
  const { clock = systemClock, limits = {} } = parts;
  const open = (ca: string | null): Transport => createTransport(ca === null ? limits : { ...limits, ca });
  const accounts = config.sources
    .filter((source) => source.enabled)
    .flatMap((source) => accountsOf(source, { config, clock, open, stack }));
  const sinkParts = () => ({ transport: open(config.sink.ca), clock, random: Math.random });
  const context: Context = {
    ...parts,
    clock,
    zone: config.timezone,
    window: () => windowAt(clock.now(), config.window),
    accounts,
    switchedOff: config.sources
      .filter((source) => !source.enabled)
      .map(({ id: sourceId, target: targetId }) => ({ sourceId, targetId })),
    translatorOf,
    guardLimits: (sourceId) => config.sources.find((source) => source.id === sourceId)?.guard ?? config.guard,
    journal: config.journal,
    targets: config.targets.map(({ id, was, name, color }) => ({ id, was, name, color })),
    sink: stack.use(createSink(config.sink, sinkParts())),
  };
  const dryRun = { ...context, sink: stack.use(createDryRunSink(config.sink, sinkParts())) };
  return { context, dryRun, ...closeWhenUnused(() => stack.disposeAsync()) };
}

/** Whole days, so that the window does not move between two runs of one day. */
function windowAt(now: number, { pastDays, futureDays }: Config["window"]): { from: string; until: string } {
  const today = Math.floor(now / dayMs) * dayMs;
  return {
    from: new Date(today - pastDays * dayMs).toISOString(),
    until: new Date(today + (futureDays + 1) * dayMs).toISOString(),
  };
}

type AccountParts = {
  readonly config: Config;
  readonly clock: Clock;
  readonly open: (ca: string | null) => Transport;
  readonly stack: AsyncDisposableStack;
};

function accountsOf(source: SourceConfig, { config, clock, open, stack }: AccountParts): ConfiguredAccount[] {
  const { id: sourceId, target: targetId, priority, order, apart } = source;
  const common = { sourceId, targetId, priority, order, apart };
  if (source.kind !== "graph") {
    const parts = { transport: open(source.ca), translator: caldavTranslator, clock, random: Math.random };
    const pullFloorMs = source.kind === "icloud" ? icloudPollFloorMs : 0;
    return [
      {
        ...common,
        name: source.credentials.username,
        source: remembering(source.kind, stack.use(createCaldavSource(source, parts))),
        pullFloorMs,
      },
    ];
  }
  const transport = stack.use(open(source.cloud.ca));
  const tenant = stack.use(createGraphTenant(source, { transport, clock, random: Math.random }));
  return source.mailboxes.map((mailbox) => ({
    ...common,
    name: mailbox.user,
    pullFloorMs: 0,
    source: remembering(
      source.kind,
      createGraphSource({
        sourceId,
        mailbox,
        client: tenant.client,
        expansion: tenant.expansion,
        translator: graphTranslator,
        clock,
        rebaseDays: config.window.rebaseDays,
      }),
    ),
  }));
}

/** All accounts of the process share one memory, so that it does not grow with their number. */
const memory = new TranslationMemory();

/** A native form is JSON of Graph, or iCalendar. */
function translatorOf(native: string): Translator {
  return native.startsWith("{") ? graphTranslator : caldavTranslator;
}

function remembering(kind: SourceConfig["kind"], source: Source): Source {
  return { ...source, translator: rememberTranslations(kind, source.translator, memory) };
}
