import { afterAll, describe, expect, it } from "vitest";
import { createFolder, linesOf, problemsOf, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

describe("messages", () => {
  it.each([
    [
      withLine("cloud: gcc-high", "cloud: gcchigh"),
      'sources.yaml:24:12  error  sources[0].cloud: not an allowed value; found "gcchigh"; allowed: global, gcc, gcc-high, dod, china, a mapping (key: value); did you mean gcc-high?',
    ],
    [
      withLine("target: work", "target: wrok"),
      'sources.yaml:33:13  error  sources[0].target: no such target calendar; found "wrok"; allowed: all, work; did you mean work?',
    ],
    [
      withLine("auth: digest", "auht: digest"),
      "sources.yaml:12:3  error  sink.auht: unknown key; allowed: url, username, password, password_file, auth, ca_file, phone; did you mean auth?",
    ],
    [
      withLine("tenant: office.example.com", "apart: true"),
      "sources.yaml:22:5  error  sources[0].tenant: this key is required; allowed: text",
    ],
    [
      withLine('color: "#2563EB"', "color: #2563EB"),
      "calendars.all.color: there is no value here (one that begins with # or & needs quotes)",
    ],
    [
      withLine("name: Work", "name: 2026"),
      "calendars.work.name: must be text: write it in quotes; found a number",
    ],
    [
      withLine("id: family", "id: office"),
      'sources.yaml:34:9  error  sources[1].id: another source has this id, in line 22; found "office"',
    ],
    [
      withLine("id: family", "id: family\n    was: office"),
      "sources[1].was: the former id is the id of another source",
    ],
    [
      withLine(
        "name: Work",
        "name: Work\n    was: old",
        withLine("name: All Events", "name: All\n    was: old"),
      ),
      "calendars.work.was: another target claims the same former id, in line 18",
    ],
    [withLine("past: 12w", "past: 4y"), "window: past + future + rebase is 1460 + 730 + 30 = 2220 days"],
    [withLine("past: 12w", "past: 0d"), 'window.past: not a duration; found "0d"'],
    [
      withLine("future: 2y", "future: 20d\n  rebase: 3w"),
      "window.rebase: the window would be moved on later than its future ends",
    ],
    [
      withLine("target: work", "target: work\n    colour: x"),
      "sources[0].colour: unknown key; allowed: kind, id",
    ],
    [withLine("kind: icloud", "kind: caldav"), "sources[1].url: this key is required"],
    [
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      expires: 2027-02-30"),
      "credential.expires: not a date",
    ],
    [
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      key: x.pem"),
      "credential.key: belongs to a certificate",
    ],
    [
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      certificate: x.pem"),
      "give a secret or a certificate, not both",
    ],
    [
      withLine("cloud: gcc-high", "cloud: { login: https://a.example/x, graph: https://b.example }"),
      "cloud.login: the address must not have a path",
    ],
    [
      withLine("username: sean@icloud.example", "username:   "),
      "sources[1].username: there is no value here",
    ],
    ["[]\n", "sources.yaml:1:1  error  must be a mapping (key: value); found a list"],
    ["timezone: UTC\n", "sources.yaml:1:1  error  sources: this key is required; allowed: a list"],
  ])("%#", async (yaml, expected) => {
    const result = await folder.load(yaml);
    expect(result.kind).toBe("invalid");
    expect(linesOf(result).join("\n")).toContain(expected);
  });

  it.each([
    "@daily",
    "61 * * * *",
    "H * * * *",
    "* * * * * *",
    "x * * * *",
    "0 0 30 2 *",
    "0 0 31 4,6 *",
    "",
  ])("refuse the cron expression %j", async (expression) => {
    const result = await folder.load(withLine('pull: "*/5 * * * *"', `pull: "${expression}"`));
    expect(problemsOf(result).map(({ path }) => path)).toEqual(["schedule.pull"]);
  });

  it.each(["0 0 29 2 *", "0 0 31 2 1", "*/10 8-18 * * mon-fri", "0  4 * * 0"])(
    "accept the cron expression %j",
    async (expression) => {
      expect((await folder.load(withLine('pull: "*/5 * * * *"', `pull: "${expression}"`))).kind).toBe("ok");
    },
  );

  it.each(["common", "Organizations", "consumers", "tenant", "a b.example.com"])(
    "refuse the tenant %s",
    async (tenant) => {
      const result = await folder.load(withLine("tenant: office.example.com", `tenant: ${tenant}`));
      expect(problemsOf(result).map(({ path }) => path)).toEqual(["sources[0].tenant"]);
    },
  );

  it.each(["+02:00", "Eastern Standard Time", "GMT+2", "Mars/Phobos"])("refuse the zone %s", async (zone) => {
    const result = await folder.load(withLine("timezone: America/New_York", `timezone: "${zone}"`));
    expect(linesOf(result).join("\n")).toContain("an IANA name such as America/New_York");
  });
});
