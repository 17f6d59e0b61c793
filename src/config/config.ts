import type { Secret } from "./secret.ts";

/** The configuration after loading: defaults filled in, secrets read, references checked. */
export type Config = {
  /** IANA zone of the owner: floating times, cron expressions, reports. */
  readonly timezone: string;
  /** Cron expressions (five fields) in `timezone`. */
  readonly schedule: { readonly pull: string; readonly audit: string; readonly report: string };
  readonly window: WindowConfig;
  /** For sources that say nothing else. */
  readonly guard: GuardLimits;
  readonly freshness: FreshnessConfig;
  readonly journal: JournalConfig;
  readonly alerts: AlertsConfig;
  readonly sink: SinkConfig;
  readonly targets: readonly TargetConfig[];
  readonly sources: readonly SourceConfig[];
  /** File with the installation key; null: kept in the data folder. */
  readonly installationKeyFile: string | null;
  readonly log: LogConfig;
};

/** Days before and after today; a delta token's window reaches `rebaseDays` further than `futureDays`. */
export type WindowConfig = {
  readonly pastDays: number;
  readonly futureDays: number;
  readonly rebaseDays: number;
};

/** What one plan may do to the events of one source in one target without waiting for a person. Shares are 0 to 1. */
export type GuardLimits = {
  /** Removals are held if they are more than this and more than `removalShare` of the source's events. */
  readonly removals: number;
  readonly removalShare: number;
  /** Removing all of a source's events is held if they are more than this. */
  readonly emptying: number;
  /** Rewrites are held if they are more than this and more than `rewriteShare` of the source's events. */
  readonly rewrites: number;
  readonly rewriteShare: number;
};

/** Ages in milliseconds beyond which something is stale. */
export type FreshnessConfig = {
  /** Of an account's last complete pull, where its source has no `fresh_within`. */
  readonly pullMs: number;
  /** Of the last balanced audit of an account or target. */
  readonly auditMs: number;
};

/** How long, and up to how many bytes together, bodies are kept that were overwritten or removed. */
export type JournalConfig = { readonly keepDays: number; readonly maxBytes: number };

export type AlertsConfig = {
  readonly webhook: WebhookConfig | null;
  /** An alert that goes on is told again after this long, in milliseconds. */
  readonly repeatMs: number;
};

/** `url` may carry a token in its path or query: it is a secret. A valid http(s) address. */
export type WebhookConfig = { readonly url: Secret; readonly ca: string | null };

export type LogConfig = {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  /** Rotated log file beside standard error, or null. */
  readonly file: string | null;
};

export type Credentials = { readonly username: string; readonly password: Secret };

export type SinkConfig = {
  readonly url: URL;
  readonly credentials: Credentials;
  readonly auth: "auto" | "basic" | "digest";
  /** PEM text of a private certificate authority, or null. */
  readonly ca: string | null;
  /** The principal that the iPhone logs in with; null: the same as `credentials`. */
  readonly phone: { readonly username: string; readonly address: string | null } | null;
};

export type TargetConfig = {
  readonly id: string;
  readonly name: string;
  readonly color: string | null;
  /** Former id (`was:`), or null. */
  readonly was: string | null;
};

export type SourceConfig = GraphSourceConfig | CaldavSourceConfig;

type CommonSourceConfig = {
  readonly id: string;
  readonly was: string | null;
  readonly target: string;
  /** Smaller wins. */
  readonly priority: number;
  readonly mode: "read-only" | "two-way";
  readonly enabled: boolean;
  /** Keep this source's meetings apart from the same meetings of other sources. */
  readonly apart: boolean;
  /** The source's own limits over those of the configuration. */
  readonly guard: GuardLimits;
  /** Age of an account's last complete pull beyond which it is stale, in milliseconds. */
  readonly freshWithinMs: number;
  /** Position in the file, from 0: decides between equal priorities. */
  readonly order: number;
};

export type GraphSourceConfig = CommonSourceConfig & {
  readonly kind: "graph";
  readonly cloud: GraphCloud;
  /** GUID or domain. */
  readonly tenant: string;
  readonly clientId: string;
  readonly credential: GraphCredential;
  readonly mailboxes: readonly MailboxConfig[];
};

export type GraphCloud = {
  /** `global`, `gcc`, `gcc-high`, `dod`, `china` or `custom`. */
  readonly name: string;
  /** Origin of the login authority, `https://login.microsoftonline.com`. */
  readonly login: URL;
  /** Origin of Graph, `https://graph.microsoft.com`. */
  readonly graph: URL;
  readonly ca: string | null;
};

export type GraphCredential =
  /** `expires`: a date that the owner noted (the day itself still counts), or null. */
  | { readonly kind: "secret"; readonly secret: Secret; readonly expires: string | null }
  /** PEM with certificate (chain) and private key. `expires`: an ISO instant, from the certificate. */
  | {
      readonly kind: "certificate";
      readonly certificate: string;
      readonly privateKey: Secret;
      readonly expires: string;
    };

export type MailboxConfig = {
  /** User principal name, address or object id. */
  readonly user: string;
  readonly calendars: CalendarSelection;
};

/** `all`, or display names and ids. */
export type CalendarSelection = "all" | readonly string[];

export type CaldavSourceConfig = CommonSourceConfig & {
  readonly kind: "icloud" | "caldav";
  /** iCloud: https://caldav.icloud.com/ unless configured otherwise. */
  readonly url: URL;
  readonly credentials: Credentials;
  readonly auth: "auto" | "basic" | "digest";
  readonly ca: string | null;
  readonly calendars: CalendarSelection;
};
