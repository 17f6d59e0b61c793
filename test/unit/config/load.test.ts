import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { configOf, createFolder, linesOf, now, validYaml, variables, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const root = join(import.meta.dirname, "..", "..", "..");

describe("a valid configuration", () => {
  it("is resolved with its values and defaults", async () => {
    const config = configOf(await folder.load(validYaml));
    expect(config).toMatchObject({
      timezone: "America/New_York",
      schedule: { pull: "*/5 * * * *", audit: "0 4 * * *", report: "0 7 * * *" },
      window: { pastDays: 84, futureDays: 730, rebaseDays: 30 },
      sink: { auth: "digest", ca: null, phone: { username: "sean", address: null } },
      targets: [
        { id: "all", name: "All Events", color: "#2563EB", was: null },
        { id: "work", name: "Work", color: null, was: null },
      ],
      installationKeyFile: null,
      log: { level: "info", file: null },
    });
    expect(config.sink.url.href).toBe("https://caldav.example.com/dav.php/");
    expect(config.sink.credentials.password.reveal()).toBe("sink-pw");
    const [office, family] = config.sources;
    expect(office).toMatchObject({
      id: "office",
      kind: "graph",
      order: 0,
      target: "work",
      tenant: "office.example.com",
      clientId: "51b20000-0000-4000-8000-000000000001",
      credential: { kind: "secret", expires: null },
      mailboxes: [
        { user: "sean@office.example.com", calendars: "all" },
        { user: "room@office.example.com", calendars: ["Calendar"] },
      ],
      priority: 1,
      mode: "read-only",
      enabled: true,
      apart: false,
      was: null,
    });
    expect(family).toMatchObject({
      id: "family",
      kind: "icloud",
      order: 1,
      priority: 3,
      auth: "basic",
      calendars: "all",
    });
    expect(family?.kind === "icloud" && family.url.href).toBe("https://caldav.icloud.com/");
  });

  it("takes a rebase interval no longer than a short future", async () => {
    const config = configOf(await folder.load(withLine("future: 2y", "future: 10d")));
    expect(config.window).toEqual({ pastDays: 84, futureDays: 10, rebaseDays: 10 });
  });

  it("resolves file names against the folder of the file", async () => {
    const yaml = `${validYaml}installation_key_file: keys/installation\nlog: { level: debug, file: kalends.log }\n`;
    const config = configOf(await folder.load(yaml));
    expect(config.installationKeyFile).toBe(join(folder.path, "keys/installation"));
    expect(config.log).toEqual({ level: "debug", file: join(folder.path, "kalends.log") });
  });

  it("reads a CalDAV account", async () => {
    const kind = withLine("kind: icloud", "kind: caldav\n    url: https://dav.example.org/home");
    const family = configOf(await folder.load(kind)).sources[1];
    expect(family?.kind === "caldav" && family.url.href).toBe("https://dav.example.org/home");
  });

  it("needs no sharing where the phone logs in as the owner", async () => {
    const config = configOf(await folder.load(withLine("username: sean", "username: consolidated")));
    expect(config.sink.phone).toBeNull();
  });

  it("accepts anchors and aliases", async () => {
    const anchored = withLine("calendars: [Calendar]", "calendars: &chosen [Calendar]");
    const config = configOf(await folder.load(withLine("calendars: all", "calendars: *chosen", anchored)));
    expect(config.sources[1]).toMatchObject({ calendars: ["Calendar"] });
  });

  it.each([
    ["america/new_york", "America/New_York"],
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["UTC", "UTC"],
  ])("knows the zone %s as %s", async (written, expected) => {
    const config = configOf(
      await folder.load(withLine("timezone: America/New_York", `timezone: ${written}`)),
    );
    expect(config.timezone).toBe(expected);
  });

  it.each([
    ["global", "https://login.microsoftonline.com", "https://graph.microsoft.com"],
    ["gcc", "https://login.microsoftonline.com", "https://graph.microsoft.com"],
    ["gcc-high", "https://login.microsoftonline.us", "https://graph.microsoft.us"],
    ["dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"],
    ["china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"],
  ])("knows the endpoints of the cloud %s", async (name, login, graph) => {
    const source = configOf(await folder.load(withLine("cloud: gcc-high", `cloud: ${name}`))).sources[0];
    if (source?.kind !== "graph") throw new Error("not a Graph source");
    expect(source.cloud.name).toBe(name);
    expect([source.cloud.login.origin, source.cloud.graph.origin]).toEqual([login, graph]);
  });

  it("takes a cloud of one's own", async () => {
    const own = "cloud: { login: http://127.0.0.1:8080, graph: https://graph.example.net }";
    const source = configOf(await folder.load(withLine("cloud: gcc-high", own))).sources[0];
    if (source?.kind !== "graph") throw new Error("not a Graph source");
    expect(source.cloud).toMatchObject({ name: "custom", ca: null });
    expect(source.cloud.login.origin).toBe("http://127.0.0.1:8080");
  });
});

describe("warnings", () => {
  it.each([
    [
      "plain http to another machine",
      withLine("url: https://caldav.example.com/dav.php", "url: http://baikal/"),
      ["sources.yaml:9:8  warning  sink.url: credentials and calendars travel unencrypted"],
    ],
    [
      "plain http to this machine",
      withLine("url: https://caldav.example.com/dav.php", "url: http://127.0.0.1:8080/"),
      [],
    ],
    [
      "a target without a source",
      withLine("name: Work", "name: Work\n  idle:\n    name: Idle"),
      ["sources.yaml:21:3  warning  calendars.idle: no source feeds this target"],
    ],
    [
      "two-way, which acts as read-only",
      withLine("priority: 3", "mode: two-way"),
      ["sources.yaml:40:11  warning  sources[1].mode: writing back is not available yet"],
    ],
    [
      "a target that mixes modes",
      withLine("priority: 3", "mode: two-way", withLine("target: work", "target: all")),
      [
        "sources.yaml:16:3  warning  calendars.all: mixes read-only and two-way",
        "calendars.work: no source feeds",
        "sources[1].mode",
      ],
    ],
    [
      "a client secret that ended",
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      expires: 2026-11-21"),
      ["sources.yaml:29:16  warning  sources[0].credential.expires: the client secret expired on 2026-11-21"],
    ],
    [
      "a client secret that ends soon",
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      expires: 2026-12-20"),
      ["sources[0].credential.expires: the client secret expires on 2026-12-20"],
    ],
    [
      "a client secret that ends later",
      withLine("secret: ${APP_SECRET}", "secret: ${APP_SECRET}\n      expires: 2026-12-23"),
      [],
    ],
  ])("%s", async (_, yaml, expected) => {
    const result = await folder.load(yaml);
    expect(result.kind).toBe("ok");
    const lines = linesOf(result);
    expect(lines).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(lines[index]).toContain(text);
  });

  it("come with a configuration in which two-way is read-only", async () => {
    const result = await folder.load(withLine("priority: 3", "mode: two-way"));
    expect(result.kind === "ok" && result.config.sources.map(({ mode }) => mode)).toEqual([
      "read-only",
      "read-only",
    ]);
  });
});

describe("the file itself", () => {
  it("must exist", async () => {
    const result = await loadConfig(join(folder.path, "nowhere.yaml"), variables);
    expect(linesOf(result)).toEqual(["sources.yaml:1:1  error  the configuration file does not exist"]);
  });

  it.each(["", "# nothing but a comment\n"])("must not be empty: %j", async (yaml) => {
    expect(linesOf(await folder.load(yaml))[0]).toContain("error  the file is empty");
  });
});

describe("the example that is delivered", () => {
  it("is valid and raises no warning", async () => {
    const yaml = await readFile(join(root, "config", "sources.yaml"), "utf8");
    const guid = "51b20000-0000-4000-8000-000000000001";
    const names = [...yaml.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1] ?? "");
    const env = Object.fromEntries(names.map((name) => [name, name.endsWith("CLIENT_ID") ? guid : "value"]));
    const result = await loadConfig(join(root, "config", "sources.yaml"), env, now);
    expect(configOf(result).sources.map(({ id }) => id)).toEqual(["agency", "office", "family"]);
  });
});
