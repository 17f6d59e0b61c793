import { afterAll, describe, expect, it } from "vitest";
import { longestGapMs } from "../../../src/config/longest-gap.ts";
import { configOf, createFolder, linesOf, now, validYaml, variables, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const hourMs = 3_600_000;
const load = (more: string, yaml = validYaml) => folder.load(`${yaml}${more}`);
const usualGuard = { removals: 10, removalShare: 0.1, emptying: 5, rewrites: 10, rewriteShare: 0.5 };

describe("limits that are not written", () => {
  it("have the usual values, for the whole and for each source", async () => {
    const config = configOf(await load(""));
    expect(config).toMatchObject({
      guard: usualGuard,
      freshness: { pullMs: hourMs, auditMs: 36 * hourMs },
      journal: { keepDays: 30, maxBytes: 500_000_000 },
      alerts: { webhook: null, repeatMs: 24 * hourMs },
    });
    for (const source of config.sources)
      expect(source).toMatchObject({ guard: usualGuard, freshWithinMs: hourMs });
  });
});

describe("limits", () => {
  it("of a source go before those of the top level, key by key", async () => {
    const own = "priority: 3\n    fresh_within: 2h\n    guard: { removal_share: 100%, emptying: 0 }";
    const more = "guard: { removals: 25, removal_share: 12.5% }\nfreshness: { pull: 30m, audit: 2d }\n";
    const config = configOf(await load(more, withLine("priority: 3", own)));
    expect(config.guard).toEqual({ ...usualGuard, removals: 25, removalShare: 0.125 });
    expect(config.freshness).toEqual({ pullMs: hourMs / 2, auditMs: 48 * hourMs });
    expect(config.sources.map(({ guard, freshWithinMs }) => ({ ...guard, freshWithinMs }))).toEqual([
      { ...usualGuard, removals: 25, removalShare: 0.125, freshWithinMs: hourMs / 2 },
      { ...usualGuard, removals: 25, removalShare: 1, emptying: 0, freshWithinMs: 2 * hourMs },
    ]);
  });

  it("of the journal are days and bytes", async () => {
    const config = configOf(await load("journal: { keep: 2w, size: 2GB }\n"));
    expect(config.journal).toEqual({ keepDays: 14, maxBytes: 2_000_000_000 });
  });

  it.each([
    ["guard: { removals: -1 }", "guard.removals: not usable"],
    ["guard: { removal_share: 101% }", "guard.removal_share: not a percentage"],
    ["guard: { rewrite_share: half }", "guard.rewrite_share: not a percentage"],
    ["guard: { deletions: 10 }", "guard.deletions: unknown key"],
    ["freshness: { pull: 90s }", "freshness.pull: not a time span"],
    ["freshness: { audit: 367d }", "freshness.audit: not a time span"],
    ["journal: { keep: 36h }", "journal.keep: not a duration"],
    ["journal: { size: 500 MiB }", "journal.size: not a size"],
    ["alerts: { repeat: 0h }", "alerts.repeat: not a time span"],
  ])("%s is a mistake", async (written, expected) => {
    const lines = linesOf(await load(`${written}\n`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`error  ${expected}`);
  });

  it("of a source that are wrong are named with their source", async () => {
    const own = "priority: 3\n    fresh_within: soon\n    guard: { removal_share: 10 }";
    const lines = linesOf(await load("", withLine("priority: 3", own)));
    expect(lines.map((line) => /error {2}(\S+):/.exec(line)?.[1])).toEqual([
      "sources[1].fresh_within",
      "sources[1].guard.removal_share",
    ]);
  });
});

describe("a limit that the schedule breaks by itself", () => {
  it("is a warning that names both, where the limit is written, or else the schedule", async () => {
    const office = withLine('pull: "*/5 * * * *"', 'pull: "*/5 9-17 * * 1-5"');
    expect(linesOf(await load("", office))).toEqual([
      expect.stringMatching(
        /^sources.yaml:3:9 {2}warning {2}schedule\.pull: schedule\.pull pauses for up to 64h, longer than the 1h of freshness\.pull/,
      ),
    ]);
    const own = withLine("priority: 3", "fresh_within: 2m");
    expect(linesOf(await load("freshness: { audit: 12h }\n", own))).toEqual([
      expect.stringContaining(
        "sources[1].fresh_within: schedule.pull pauses for up to 5m, longer than the 2m of",
      ),
      expect.stringContaining("freshness.audit: schedule.audit pauses for up to 24h, longer than the 12h of"),
    ]);
  });

  it("is none where the source is switched off, or where every source has a limit of its own", async () => {
    const off = withLine("priority: 3", "fresh_within: 2m\n    enabled: false");
    expect(linesOf(await load("", off))).toEqual([]);
    const each = withLine(
      "priority: 3",
      "fresh_within: 1d",
      withLine("target: work", "target: work\n    fresh_within: 1d"),
    );
    expect(linesOf(await load("", withLine('pull: "*/5 * * * *"', 'pull: "0 4 * * *"', each)))).toEqual([]);
  });

  it.each([
    ["* * * * *", 1 / 60],
    ["*/7 * * * *", 7 / 60],
    ["15 3 * * *", 24],
    ["0 9,10 * * *", 23],
    ["30 8 * * 1-5", 72],
    ["0 9-17 * * 1-5", 64],
    ["0 0 1 * *", 31 * 24],
    ["0 0 29 2 *", (8 * 365 + 1) * 24],
    ["0 12 13 * 5", 7 * 24],
  ])("is found by the longest pause of the schedule: %s has %d hours", (cron, hours) => {
    expect(longestGapMs(cron, now)).toBeCloseTo(hours * hourMs, -1);
  });
});

describe("the webhook", () => {
  const url = "https://hooks.example.com/services/hunter2?t=hunter3";

  it("is a secret, given by itself or in a file", async () => {
    await folder.write("webhook", `${url}\n`);
    const env = { ...variables, WEBHOOK: url };
    for (const written of ["webhook: ${WEBHOOK}", "webhook_file: webhook"]) {
      const { alerts } = configOf(
        await folder.load(`${validYaml}alerts:\n  ${written}\n  repeat: 12h\n`, env),
      );
      expect(alerts.webhook?.url.reveal()).toBe(url);
      expect(alerts.repeatMs).toBe(12 * hourMs);
      expect(JSON.stringify(alerts)).not.toContain("hunter");
    }
  });

  it.each([
    ["webhook: hooks.example.com/hunter2", "alerts.webhook: not an http(s) address"],
    ["webhook: https://me:hunter2@hooks.example.com/", "alerts.webhook: user name and password"],
    ["webhook: [hunter2]", "alerts.webhook: must be text"],
    ["webhook: http://hooks.example.com/hunter2", "alerts.webhook: alerts travel unencrypted"],
    ["webhook: https://a/hunter2\n  webhook_file: x", "alerts.webhook_file: give webhook or webhook_file"],
    ["webhook_file: nowhere", "alerts.webhook_file: the file"],
  ])("that is wrong is told without a word of it: %s", async (written, expected) => {
    const lines = linesOf(await load(`alerts:\n  ${written}\n`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(expected);
    expect(lines[0]).not.toContain("hunter");
  });

  it("may be reached without encryption on this machine", async () => {
    configOf(await load("alerts: { webhook: http://127.0.0.1:8080/ }\n"));
  });
});
