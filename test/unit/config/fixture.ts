import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../src/config/config.ts";
import { formatProblems } from "../../../src/config/format-problems.ts";
import type { Variables } from "../../../src/config/interpolate.ts";
import type { LoadResult } from "../../../src/config/load.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Problem } from "../../../src/config/problem.ts";

/** The day on which all these tests take place. */
export const now = new Date("2026-11-22T12:00:00Z");

export const variables: Variables = {
  SINK_PASSWORD: "sink-pw",
  APP_SECRET: "app-secret",
  ACCOUNT_PASSWORD: "acc-pw",
};

/** A configuration without a flaw; every line is there once, so that tests can replace it. */
export const validYaml = `timezone: America/New_York
schedule:
  pull: "*/5 * * * *"
  audit: "0 4 * * *"
window:
  past: 12w
  future: 2y
sink:
  url: https://caldav.example.com/dav.php
  username: consolidated
  password: \${SINK_PASSWORD}
  auth: digest
  phone:
    username: sean
calendars:
  all:
    name: All Events
    color: "#2563EB"
  work:
    name: Work
sources:
  - id: office
    kind: graph
    cloud: gcc-high
    tenant: office.example.com
    client_id: 51b20000-0000-4000-8000-000000000001
    credential:
      secret: \${APP_SECRET}
    mailboxes:
      - sean@office.example.com
      - user: room@office.example.com
        calendars: [Calendar]
    target: work
  - id: family
    kind: icloud
    username: sean@icloud.example
    password: \${ACCOUNT_PASSWORD}
    calendars: all
    target: all
    priority: 3
`;

/** A folder for one test file's configurations and secrets. */
export type Folder = AsyncDisposable & {
  readonly path: string;
  write(name: string, content: string): Promise<string>;
  load(yaml: string, env?: Variables): Promise<LoadResult>;
};

export async function createFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "kalends-config-"));
  const write = (name: string, content: string): Promise<string> => {
    // At once: a watcher in this process must not find the file emptied and not yet written.
    writeFileSync(join(path, name), content);
    return Promise.resolve(join(path, name));
  };
  return {
    path,
    write,
    load: async (yaml, env = variables) => loadConfig(await write("sources.yaml", yaml), env, now),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

/** `validYaml` with one line (without its indentation) replaced by another text. */
export function withLine(line: string, replacement: string, yaml: string = validYaml): string {
  const lines = yaml.split("\n");
  const index = lines.findIndex((candidate) => candidate.replace(/^ *(- )?/, "") === line);
  const found = lines[index];
  if (found === undefined) throw new Error(`the fixture has no line "${line}"`);
  lines[index] = found.slice(0, found.length - line.length) + replacement;
  return lines.join("\n");
}

export function problemsOf(result: LoadResult): readonly Problem[] {
  return result.kind === "ok" ? result.warnings : result.problems;
}

/** The configuration of a result that must be valid and without warnings. */
export function configOf(result: LoadResult): Config {
  if (result.kind !== "ok" || result.warnings.length > 0) {
    throw new Error(formatProblems(problemsOf(result), "sources.yaml"));
  }
  return result.config;
}

/** The problems of a result as lines of text. */
export function linesOf(result: LoadResult): string[] {
  const problems = problemsOf(result);
  return problems.length === 0 ? [] : formatProblems(problems, "sources.yaml").split("\n");
}
