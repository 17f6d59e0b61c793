import type { Config, SourceConfig } from "../config/config.ts";

/** What the configuration says about freshness and alerts. */
export type HealthSettings = {
  readonly freshWithinMs: ReadonlyMap<string, number>;
  readonly pullMs: number;
  readonly auditMs: number;
  readonly repeatMs: number;
  readonly expiries: readonly Expiry[];
};

/** When a source's credential ends. */
export type Expiry = {
  readonly sourceId: string;
  readonly what: "client secret" | "certificate";
  /** Epoch milliseconds. */
  readonly endsAt: number;
};

/** The part of a configuration that the health checks go by: its sources in use. */
export function healthSettings({
  sources,
  freshness,
  alerts,
}: Pick<Config, "sources" | "freshness" | "alerts">): HealthSettings {
  const inUse = sources.filter(({ enabled }) => enabled);
  return {
    freshWithinMs: new Map(inUse.map(({ id, freshWithinMs }) => [id, freshWithinMs])),
    pullMs: freshness.pullMs,
    auditMs: freshness.auditMs,
    repeatMs: alerts.repeatMs,
    expiries: inUse.flatMap(expiryOf),
  };
}

const dayMs = 86_400_000;

function expiryOf(source: SourceConfig): Expiry[] {
  if (source.kind !== "graph") return [];
  const { credential, id: sourceId } = source;
  switch (credential.kind) {
    case "certificate":
      return [{ sourceId, what: "certificate", endsAt: Date.parse(credential.expires) }];
    case "secret":
      // A date in the owner's notes: the day itself still counts.
      return credential.expires === null
        ? []
        : [{ sourceId, what: "client secret", endsAt: Date.parse(credential.expires) + dayMs }];
    default:
      return credential satisfies never;
  }
}
