import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../../src/config/environment.ts";

describe("readEnvironment", () => {
  it("has defaults, also for empty variables", () => {
    const variables = { DATABASE_URL: "", KALENDS_CONFIG: "", KALENDS_LOG_LEVEL: "", NO_COLOR: "" };
    expect(readEnvironment(variables)).toEqual({
      kind: "ok",
      environment: {
        databaseUrl: null,
        configPath: "config/sources.yaml",
        dataPath: "data",
        logLevel: null,
        color: true,
        variables,
      },
    });
  });

  it("reads what is set and keeps the database's password to itself", () => {
    const result = readEnvironment({
      DATABASE_URL: "postgres://kalends:hunter2@db/kalends",
      KALENDS_CONFIG: "/etc/kalends.yaml",
      KALENDS_DATA: "/var/lib/kalends",
      KALENDS_LOG_LEVEL: "debug",
      NO_COLOR: "1",
    });
    if (result.kind !== "ok") throw new Error("not accepted");
    const { databaseUrl, ...rest } = result.environment;
    expect(rest).toMatchObject({
      configPath: "/etc/kalends.yaml",
      dataPath: "/var/lib/kalends",
      logLevel: "debug",
      color: false,
    });
    expect(databaseUrl?.reveal()).toBe("postgres://kalends:hunter2@db/kalends");
    expect(JSON.stringify(databaseUrl)).toBe('"[secret]"');
  });

  it("reports all problems at once, without the address", () => {
    const result = readEnvironment({ DATABASE_URL: "mysql://a:hunter2@db/x", KALENDS_LOG_LEVEL: "debgu" });
    if (result.kind !== "invalid") throw new Error("accepted");
    expect(result.problems).toHaveLength(2);
    expect(result.problems[0]?.message).toMatch(/^DATABASE_URL is not the address of a PostgreSQL database/);
    expect(result.problems[1]?.message).toContain(
      '"debgu"; allowed: trace, debug, info, warn, error. Did you mean debug?',
    );
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });
});
