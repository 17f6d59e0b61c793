import { inspect } from "node:util";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { configOf, createFolder, linesOf, problemsOf, validYaml, variables, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const sinkPassword = "password: ${SINK_PASSWORD}";

async function passwordOf(line: string, env = variables) {
  return configOf(await folder.load(withLine(sinkPassword, line), env)).sink.credentials.password;
}

describe("the environment in values", () => {
  it.each([
    ["password: ${A}", "one", "A"],
    ["password: ${A}-${B}", "one-two ${A}", "A, B"],
    ['password: "$${A}"', "${A}", "sink.password"],
    ['password: "a$b$$c"', "a$b$$c", "sink.password"],
    ["password: literal", "literal", "sink.password"],
  ])("%s", async (line, value, origin) => {
    const password = await passwordOf(line, { ...variables, A: "one", B: "two ${A}" });
    expect([password.reveal(), password.origin]).toEqual([value, origin]);
  });

  it("fills any text value", async () => {
    const yaml = withLine(
      "cloud: gcc-high",
      "cloud: ${CLOUD}",
      withLine("user: room@office.example.com", "user: ${ROOM}"),
    );
    const source = configOf(await folder.load(yaml, { ...variables, CLOUD: "dod", ROOM: "r@x.example" }))
      .sources[0];
    expect(source).toMatchObject({ cloud: { name: "dod" }, mailboxes: [{}, { user: "r@x.example" }] });
  });

  it.each([
    ["password: ${NOWHERE}", "the environment variable NOWHERE is not set, or empty"],
    ["password: ${EMPTY}", "the environment variable EMPTY is not set, or empty"],
    ["password: ${not a name}", "${…} must hold the name of an environment variable"],
    ["password: abc${DEF", "${…} must hold the name of an environment variable"],
  ])("is an error in %s", async (line, message) => {
    const lines = linesOf(await folder.load(withLine(sinkPassword, line), { ...variables, EMPTY: "" }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`sources.yaml:11:13  error  sink.password: ${message}`);
  });

  it.each([
    ["url: https://caldav.example.com/dav.php", "url: http:${NOWHERE}"],
    ["cloud: gcc-high", "cloud: gcc${NOWHERE}"],
    ["target: work", "target: ${NOWHERE}x"],
    ["client_id: 51b20000-0000-4000-8000-000000000001", "client_id: x${NOWHERE}"],
    [sinkPassword, "password_file: ./absent${NOWHERE}"],
  ])("that is missing is the only error of its value: %s → %s", async (line, planted) => {
    const errors = problemsOf(await folder.load(withLine(line, planted))).filter(
      ({ severity }) => severity === "error",
    );
    expect(errors.map(({ message }) => message)).toEqual([
      "the environment variable NOWHERE is not set, or empty",
    ]);
  });

  it("names each missing variable once, and does not hide other mistakes", async () => {
    const yaml = withLine("id: office", "id: ${X}", withLine("kind: graph", "kind: ${X}"));
    const lines = linesOf(await folder.load(withLine("cloud: gcc-high", "cloud: gcchigh", yaml)));
    expect(lines.map((line) => line.split("  ")[2]?.split(":")[0])).toEqual([
      "sources[0].id",
      "sources[0].kind",
      "sources[0].cloud",
    ]);
  });
});

describe("secrets in files", () => {
  it("are read without the end of the line", async () => {
    await folder.write("sink.txt", " pass word \r\n");
    const password = await passwordOf("password_file: sink.txt");
    expect([password.reveal(), password.origin]).toEqual([" pass word ", `${folder.path}/sink.txt`]);
  });

  it("are called as written where the environment names the file", async () => {
    await folder.write("sink.txt", "pw");
    const env = { ...variables, DIR: folder.path };
    expect((await passwordOf("password_file: ${DIR}/sink.txt", env)).origin).toBe("${DIR}/sink.txt");
    const missing = linesOf(await folder.load(withLine(sinkPassword, "password_file: ${DIR}/none"), env));
    expect(missing).toEqual([
      "sources.yaml:11:18  error  sink.password_file: the file ${DIR}/none does not exist",
    ]);
  });

  it.each([
    ["password_file: ./absent", "/absent does not exist"],
    ["password_file: blank", "/blank is empty"],
    ["password_file: .", " is a folder"],
    ["password: a\n  password_file: b", "give password or password_file, not both"],
    ["auth: basic", "sink.password: this key is required, or password_file in its place"],
  ])("are an error in %j", async (line, message) => {
    await folder.write("blank", "\n");
    const yaml = withLine("auth: digest", "ca_file: ca.pem", withLine(sinkPassword, line));
    expect(linesOf(await folder.load(yaml)).join("\n")).toContain(message);
  });

  it("may hold a client secret", async () => {
    await folder.write("app.txt", "from-file\n");
    const source = configOf(await folder.load(withLine("secret: ${APP_SECRET}", "secret_file: app.txt")))
      .sources[0];
    if (source?.kind !== "graph" || source.credential.kind !== "secret") throw new Error("no client secret");
    expect(source.credential.secret.reveal()).toBe("from-file");
  });
});

describe("secrets", () => {
  it("do not show in a printed configuration", async () => {
    const config = configOf(await folder.load(validYaml));
    const printed =
      inspect(config, { depth: 20 }) + JSON.stringify(config) + String(config.sink.credentials.password);
    for (const value of Object.values(variables)) expect(printed).not.toContain(value);
  });

  const needle = "hunter2";

  it.each([
    ["credential:", `credential: ${needle}\n    x:`],
    [sinkPassword, `password: [${needle}]`],
    [sinkPassword, `password: { value: ${needle} }`],
    [sinkPassword, `password: *${needle}`],
    [sinkPassword, `password: !${needle} x`],
    [sinkPassword, `password: @${needle}`],
    [sinkPassword, `password: "${needle}`],
    [sinkPassword, `password: "${needle}" ${needle}`],
    [sinkPassword, `password: a: ${needle}`],
    [sinkPassword, `password: |${needle}`],
    [sinkPassword, `password: "\\q${needle}"`],
    [sinkPassword, `password:${needle}`],
    ["credential:", `credential: { secret:${needle} }\n    x:`],
    ["url: https://caldav.example.com/dav.php", `url: https://sean:${needle}@caldav.example.com/`],
    ["url: https://caldav.example.com/dav.php", `url: https//sean:${needle}@caldav.example.com/`],
    ["auth: digest", "auth: ${NEEDLE}"],
    ["cloud: gcc-high", "cloud: ${NEEDLE}"],
    ["target: work", "target: ${NEEDLE}"],
    ["tenant: office.example.com", "tenant: ${NEEDLE}"],
    ["timezone: America/New_York", "timezone: ${NEEDLE}"],
    ['pull: "*/5 * * * *"', "pull: ${NEEDLE}"],
    ["id: family", "id: ${NEEDLE}!"],
    ["future: 2y", "future: ${NEEDLE}"],
    ['color: "#2563EB"', "color: ${NEEDLE}"],
    ["kind: icloud", "kind: ${NEEDLE}"],
    ["past: 12w", "past: { x: ${NEEDLE} }"],
    [sinkPassword, "password_file: ${NEEDLE}"],
    ["auth: digest", "ca_file: ${NEEDLE}"],
    ["secret: ${APP_SECRET}", "certificate: ${NEEDLE}"],
    ["phone:", "phone: ${NEEDLE}"],
  ])("do not show in the problems of a file with a slip: %s → %j", async (line, planted) => {
    const result = await folder.load(withLine(line, planted), { ...variables, NEEDLE: needle });
    expect(result.kind).toBe("invalid");
    expect(JSON.stringify(problemsOf(result))).not.toContain(needle);
  });

  it("from the environment show in no problem, wherever they stand", async () => {
    // Every value of the file in turn comes from the environment, and holds something useless.
    const places = validYaml.split("\n").filter((line) => /: \S/.test(line) && !line.includes("${"));
    await fc.assert(
      fc.asyncProperty(fc.subarray(places, { minLength: 1 }), async (chosen) => {
        const yaml = chosen.reduce(
          (text, line) => text.replace(line, line.replace(/: \S.*$/, ": ${NEEDLE}")),
          validYaml,
        );
        const result = await folder.load(yaml, { ...variables, NEEDLE: "zq7-needle-zq7" });
        expect(JSON.stringify(problemsOf(result))).not.toContain("zq7-needle");
      }),
      { numRuns: 100 },
    );
  });
});
