import type { Secret } from "./secret.ts";

/** The configuration after loading: defaults filled in, secrets read, references checked. */
export type Config = {
  /** IANA zone of the owner: floating times, cron expressions, reports. */
  readonly timezone: string;
  /** Cron expressions (five fields) in `timezone`. */
  readonly schedule: { readonly pull: string; readonly audit: string; readonly report: string };
  readonly window: WindowConfig;
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
  | { readonly kind: "secret"; readonly secret: Secret; readonly expires: string | null }
  /** PEM with certificate (chain) and private key. */
  | { readonly kind: "certificate"; readonly certificate: string; readonly privateKey: Secret };

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
