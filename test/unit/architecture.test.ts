import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** Who may import whom: folders of `src/` by the first rule that matches; `null` means anything. */
const table: ReadonlyArray<{ files: RegExp; may: readonly string[] | null }> = [
  { files: /^calendar\//, may: ["calendar"] },
  { files: /^http\//, may: ["http"] },
  { files: /^dav\//, may: ["dav", "http"] },
  { files: /^config\//, may: ["config", "calendar"] },
  { files: /^sources\/[^/]+\.ts$/, may: ["calendar", "sources/source.ts"] },
  { files: /^sources\/graph\//, may: ["sources/graph", "sources/source.ts", "calendar", "http", "config"] },
  {
    files: /^sources\/icloud\//,
    may: ["sources/icloud", "sources/source.ts", "calendar", "http", "dav", "config"],
  },
  { files: /^sink\//, may: ["sink", "calendar", "http", "dav", "config"] },
  { files: /^store\//, may: ["store"] },
  {
    files: /^reconcile\/(action|decision|plan|guard)\.ts$/,
    may: ["calendar", "reconcile/action.ts", "reconcile/decision.ts"],
  },
  {
    files: /^reconcile\//,
    may: ["reconcile", "calendar", "http", "store", "sink/sink.ts", "sources/source.ts"],
  },
  {
    files: /^health\//,
    may: ["health", "store", "http", "config/config.ts", "reconcile/context.ts", "reconcile/with-lease.ts"],
  },
  { files: /^schedule\//, may: ["schedule", "health", "reconcile", "store", "config/config.ts"] },
  { files: /^cli\//, may: null },
  { files: /^main\.ts$/, may: null },
];

/** Packages that live in one room only. */
const rooms: Readonly<Record<string, RegExp>> = {
  kysely: /^(store\/|reconcile\/context\.ts|cli\/connect\.ts)/,
  pg: /^store\//,
  "pg-boss": /^schedule\//,
  tsdav: /^dav\//,
  "@azure/msal-node": /^sources\/graph\//,
  "@microsoft/microsoft-graph-client": /^sources\/graph\//,
  "ical.js": /^calendar\//,
  saxes: /^dav\//,
};

type Import = { file: string; specifier: string };

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => ({
    file,
    specifier: match[1] ?? "",
  })),
);

function insideSrc({ file, specifier }: Import): string | null {
  if (!specifier.startsWith(".")) return null;
  const path = normalize(join(dirname(file), specifier));
  return path.startsWith("..") ? null : path;
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

describe("the rooms of the house", () => {
  it("reads every file and every import", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.filter((entry) => insideSrc(entry) !== null).length).toBeGreaterThan(200);
  });

  it.each(files)("%s imports only what its room may", (file) => {
    const rule = table.find((entry) => entry.files.test(file));
    expect(rule, "a file outside every room").toBeDefined();
    const may = rule?.may ?? null;
    if (may === null) return;
    const wrong = imports
      .filter((entry) => entry.file === file)
      .flatMap((entry) => insideSrc(entry) ?? [])
      .filter((path) => !may.some((room) => path === room || path.startsWith(`${room}/`)));
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(rooms))("%s is imported in its room only", (name, room) => {
    const users = imports
      .filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`))
      .map(({ file }) => file);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !room.test(file))).toEqual([]);
  });

  it("reads the environment in config/ only, and prints nowhere", () => {
    expect(
      files.filter((file) => /process\.env\b/.test(textOf(file)) && !file.startsWith("config/")),
    ).toEqual([]);
    expect(files.filter((file) => /\bconsole\./.test(textOf(file)))).toEqual([]);
  });

  it("keeps the planner free of clocks, chance, logs and waiting", () => {
    for (const name of ["action.ts", "decision.ts", "plan.ts", "guard.ts"]) {
      const text = readFileSync(join(root, "reconcile", name), "utf8");
      expect(text, relative(root, name)).not.toMatch(
        /\basync\b|\bawait\b|Date\.now|new Date|Math\.random|\blog\b/,
      );
    }
  });

  it("has no file of more than 300 lines", () => {
    const long = files.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 301);
    expect(long).toEqual([]);
  });

  it("has no drawers", () => {
    expect(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|lib|index)(\/|\.ts$)/.test(file)),
    ).toEqual([]);
  });
});
