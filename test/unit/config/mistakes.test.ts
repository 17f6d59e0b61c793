import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createFolder, linesOf, problemsOf, validYaml, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** A mistake in one line of the valid file, and the one error it must give. */
type Mistake = {
  readonly line: string;
  readonly planted: string;
  readonly path: string;
  readonly message: string;
  /** The line to point at, where it is not the (first) planted one. */
  readonly at?: string;
};

const mistakes: readonly Mistake[] = [
  {
    line: "timezone: America/New_York",
    planted: "timezone: America/New_Yrk",
    path: "timezone",
    message: "unknown time zone",
  },
  { line: 'pull: "*/5 * * * *"', planted: 'pull: "* * * *"', path: "schedule.pull", message: "five fields" },
  {
    line: 'audit: "0 4 * * *"',
    planted: 'audit: "0 4 31 2 *"',
    path: "schedule.audit",
    message: "never fires",
  },
  { line: "past: 12w", planted: "past: 12", path: "window.past", message: "must be text" },
  { line: "future: 2y", planted: "future: soon", path: "window.future", message: "not a duration" },
  {
    line: "url: https://caldav.example.com/dav.php",
    planted: "url: caldav.example.com",
    path: "sink.url",
    message: "not an http(s) address",
  },
  {
    line: "username: consolidated",
    planted: "usrname: consolidated",
    path: "sink.usrname",
    message: "unknown key",
  },
  {
    line: "password: ${SINK_PASSWORD}",
    planted: "password: ${SINK_PASSWRD}",
    path: "sink.password",
    message: "environment variable SINK_PASSWRD is not set",
  },
  { line: "auth: digest", planted: "auth: digets", path: "sink.auth", message: "not an allowed value" },
  {
    line: "username: sean",
    planted: "username: [sean]",
    path: "sink.phone.username",
    message: "must be text",
  },
  {
    line: "name: All Events",
    planted: "name:",
    path: "calendars.all.name",
    message: "there is no value here",
  },
  { line: 'color: "#2563EB"', planted: "color: blue", path: "calendars.all.color", message: "not a colour" },
  {
    line: "name: Work",
    planted: "name: Work\n  all: { name: Twice }",
    path: "calendars.all",
    message: "stands here twice",
    at: "  all: { name: Twice }",
  },
  { line: "id: office", planted: "id: The Office", path: "sources[0].id", message: "not usable" },
  { line: "kind: graph", planted: "kind: grpah", path: "sources[0].kind", message: "unknown kind of source" },
  {
    line: "cloud: gcc-high",
    planted: "cloud: gcchigh",
    path: "sources[0].cloud",
    message: "not an allowed value",
  },
  {
    line: "tenant: office.example.com",
    planted: "tenant: common",
    path: "sources[0].tenant",
    message: "shared endpoint",
  },
  {
    line: "client_id: 51b20000-0000-4000-8000-000000000001",
    planted: "client_id: my-app",
    path: "sources[0].client_id",
    message: "not an application (client) id",
  },
  {
    line: "secret: ${APP_SECRET}",
    planted: "expires: 2027-05-01",
    path: "sources[0].credential",
    message: "one of secret, secret_file and certificate is required",
  },
  {
    line: "user: room@office.example.com",
    planted: "user: Sean@office.example.com",
    path: "sources[0].mailboxes[1].user",
    message: "listed twice",
  },
  {
    line: "calendars: [Calendar]",
    planted: "calendars: []",
    path: "sources[0].mailboxes[1].calendars",
    message: "must not be empty",
  },
  {
    line: "target: work",
    planted: "target: wrok",
    path: "sources[0].target",
    message: "no such target calendar",
  },
  {
    line: "kind: icloud",
    planted: "kind: icloud\n    rules: []",
    path: "sources[1].rules",
    message: "rules are not supported yet",
    at: "    rules: []",
  },
  {
    line: "password: ${ACCOUNT_PASSWORD}",
    planted: "password_file: ./nowhere",
    path: "sources[1].password_file",
    message: "does not exist",
  },
  {
    line: "calendars: all",
    planted: "calendars: every",
    path: "sources[1].calendars",
    message: "not an allowed value",
  },
  {
    line: "target: all",
    planted: "target: all\n    was: family",
    path: "sources[1].was",
    message: "the former id",
    at: "    was: family",
  },
  {
    line: "priority: 3",
    planted: "priority: high",
    path: "sources[1].priority",
    message: "must be a whole number",
  },
];

// The missing key is an error of its own, beside the unknown one.
const consequences: Readonly<Record<string, string>> = { "sink.usrname": "sink.username" };

describe("mistakes", () => {
  it("are all reported at once, each at its own line, and nothing else is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...mistakes], { minLength: 1 }), async (planted) => {
        const yaml = planted.reduce(
          (text, mistake) => withLine(mistake.line, mistake.planted, text),
          validYaml,
        );
        const result = await folder.load(yaml);
        expect(result.kind).toBe("invalid");
        const errors = problemsOf(result).filter(({ severity }) => severity === "error");
        for (const { path, message, at, planted: text } of planted) {
          const error = errors.find((candidate) => candidate.path === path);
          const lines = yaml.split("\n");
          const line =
            lines.findIndex((candidate) => (at ? candidate === at : candidate.endsWith(firstLine(text)))) + 1;
          expect(error, `${path} in\n${linesOf(result).join("\n")}`).toBeDefined();
          expect(error?.message).toContain(message);
          // The credential's error points at the mapping, which begins with the planted line.
          expect({ path, line: error?.line }).toEqual({ path, line });
        }
        const expected = planted.flatMap(({ path }) => [
          path,
          ...(path in consequences ? [consequences[path]] : []),
        ]);
        expect(errors.map(({ path }) => path).toSorted()).toEqual(expected.map(String).toSorted());
      }),
      { numRuns: 150 },
    );
  });

  it.each(mistakes)("$planted", async ({ line, planted, path }) => {
    const result = await folder.load(withLine(line, planted));
    expect(problemsOf(result).map((problem) => problem.path)).toContain(path);
  });
});

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
