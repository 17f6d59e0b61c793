import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../../src/config/json-schema.ts";

const root = join(import.meta.dirname, "..", "..", "..");

type Key = { readonly path: string; readonly name: string; readonly description: unknown };

/** Every key that the schema describes, wherever it stands. */
function keysOf(schema: unknown, path: string): Key[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([word, inner]: [string, unknown]) => {
    if (word !== "properties" || typeof inner !== "object" || inner === null) return keysOf(inner, path);
    return Object.entries(inner).flatMap(([name, property]: [string, unknown]) => {
      const description: unknown = Reflect.get(Object(property), "description");
      return [{ path: `${path}/${name}`, name, description }, ...keysOf(property, `${path}/${name}`)];
    });
  });
}

const keys = keysOf(JSON.parse(configJsonSchema()), "");

describe("the JSON Schema", () => {
  it("in config/ is the one that the code makes (npm run generate)", async () => {
    expect(await readFile(join(root, "config", "sources.schema.json"), "utf8")).toBe(configJsonSchema());
  });

  it("describes every key", () => {
    expect(keys.length).toBeGreaterThan(60);
    expect(keys.filter(({ description }) => typeof description !== "string" || description === "")).toEqual(
      [],
    );
  });

  it("and docs/configuration.md know the same keys", async () => {
    const docs = await readFile(join(root, "docs", "configuration.md"), "utf8");
    const documented = new Set([...docs.matchAll(/^\| `([a-z_]+)` \|/gm)].map((match) => match[1]));
    expect(documented).toEqual(new Set(keys.map(({ name }) => name)));
  });
});
