import type { LogConfig } from "./config.ts";
import type { Variables } from "./interpolate.ts";
import type { Problem } from "./problem.ts";
import { Secret } from "./secret.ts";
import { suggest } from "./suggest.ts";

/** What the process environment says. An empty variable counts as one that is not set. */
export type Environment = {
  /** `DATABASE_URL`; null: the embedded database in the data folder. */
  readonly databaseUrl: Secret | null;
  /** `KALENDS_CONFIG`, else `config/sources.yaml`; relative to the working folder. */
  readonly configPath: string;
  /** `KALENDS_DATA`, else `data`; relative to the working folder. */
  readonly dataPath: string;
  /** `KALENDS_LOG_LEVEL`; goes before the configuration file. Null: not set. */
  readonly logLevel: LogConfig["level"] | null;
  /** False when `NO_COLOR` is set (https://no-color.org). */
  readonly color: boolean;
  /** All variables, for `${NAME}` in the configuration file. */
  readonly variables: Variables;
};

export type EnvironmentResult =
  | { readonly kind: "ok"; readonly environment: Environment }
  | { readonly kind: "invalid"; readonly problems: readonly EnvironmentProblem[] };

/** A variable that is not usable: a problem like those of the configuration file, but without a place in it. */
type EnvironmentProblem = Pick<Problem, "message" | "severity"> & {
  readonly line: null;
  readonly column: null;
  /** Name of the variable. */
  readonly path: string;
};

const levels = ["trace", "debug", "info", "warn", "error"] as const;

/** Reads the environment. Everything else gets it from here, never from `process.env`. */
export function readEnvironment(variables: Variables = process.env): EnvironmentResult {
  const problems: EnvironmentProblem[] = [];
  const report = (path: string, message: string) =>
    problems.push({ line: null, column: null, path, message, severity: "error" });
  const read = (name: string) => (variables[name] === "" ? undefined : variables[name]);

  const url = read("DATABASE_URL");
  if (url !== undefined && !isPostgresUrl(url)) {
    report(
      "DATABASE_URL",
      "DATABASE_URL is not the address of a PostgreSQL database, such as postgres://user:password@host:5432/kalends.",
    );
  }
  const level = read("KALENDS_LOG_LEVEL");
  const logLevel = levels.find((candidate) => candidate === level) ?? null;
  if (level !== undefined && logLevel === null) {
    const near = suggest(level, levels);
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    report(
      "KALENDS_LOG_LEVEL",
      `KALENDS_LOG_LEVEL is ${JSON.stringify(level)}; allowed: ${levels.join(", ")}.${hint}`,
    );
  }
  if (problems.length > 0) return { kind: "invalid", problems };
  return {
    kind: "ok",
    environment: {
      databaseUrl: url === undefined ? null : new Secret(url, "DATABASE_URL"),
      configPath: read("KALENDS_CONFIG") ?? "config/sources.yaml",
      dataPath: read("KALENDS_DATA") ?? "data",
      logLevel,
      color: read("NO_COLOR") === undefined,
      variables,
    },
  };
}

function isPostgresUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === "postgres:" || protocol === "postgresql:";
}
