import { afterAll, describe, expect, it } from "vitest";
import { createFolder, linesOf, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

describe("YAML that cannot be read", () => {
  it.each([
    [
      withLine("credential:", "credential: { secret: ${APP_SECRET} }\n    x:"),
      27,
      'needs quotes: { secret: "${NAME}" }',
    ],
    [withLine("auth: digest", "\tauth: digest"), 12, "indent with spaces"],
    [withLine("username: consolidated", "username consolidated"), 10, "a key must be followed by a colon"],
    [withLine("name: Work", "name: Work: Mine"), 20, 'a second ": " in one line'],
    [withLine("name: Work", "name: @work"), 20, "begins with @"],
    [withLine("name: Work", "name: !work x"), 20, "begins with !"],
    [withLine("name: Work", 'name: "Work\\q"'), 20, "not an escape"],
    [withLine("calendars: [Calendar]", "calendars: [Calendar"), 33, "a bracket before it is not closed"],
    [`${withLine("name: Work", "name: Work")}---\na: 1\n`, 41, "a single document"],
  ])("names the line: %#", async (yaml, line, message) => {
    const result = await folder.load(yaml);
    expect(result.kind).toBe("invalid");
    const lines = linesOf(result);
    expect(lines[0]).toContain(`sources.yaml:${line}:`);
    expect(lines[0]).toContain(message);
  });

  it("names several lines at once", async () => {
    const yaml = withLine("name: Work", "name: @work", withLine("auth: digest", 'auth: "\\q"'));
    expect(linesOf(await folder.load(yaml)).map((line) => line.split(":")[1])).toEqual(["12", "20"]);
  });

  it("an alias without an anchor", async () => {
    const lines = linesOf(await folder.load(withLine("name: Work", "name: *work")));
    expect(lines).toEqual([
      expect.stringContaining("sources.yaml:20:11  error  calendars.work.name: no anchor of that name"),
    ]);
  });

  it("that is nested without measure ends in an error", async () => {
    const lines = linesOf(await folder.load(`timezone: ${"[".repeat(50_000)}`));
    expect(lines).toHaveLength(1);
  });

  it.each([
    ["refers to itself", "&x [*x]"],
    [
      "grows without measure",
      `[&a [1,1,1,1,1,1,1,1,1,1], &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c], [*d,*d,*d,*d,*d]]`,
    ],
  ])("that %s ends in an error", async (_, calendars) => {
    const result = await folder.load(withLine("calendars: all", `calendars: ${calendars}`));
    expect(linesOf(result).join("\n")).toMatch(
      /^sources\.yaml:38:\d+  error  .*: the file refers to itself or is far too large$/,
    );
  });
});
