import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";

const folder = join(import.meta.dirname, "../../fixtures/graph");
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));

const window = { from: "2025-01-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" };

function outcomeOf(name: string): string {
  const fixture = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const context = { zone: "America/New_York", window, categoryColors: fixture.categoryColors ?? {} };
  const translation = graphTranslator.translate(JSON.stringify(fixture.native), context);
  if (translation.kind !== "translated") return `${translation.kind}: ${translation.reason}\n`;
  const ics = translation.events.map(({ object }) => object.ics).join("");
  return ics.replaceAll("\r\n", "\n").replace(/BEGIN:VTIMEZONE\n[\s\S]*?END:VTIMEZONE\n/g, "");
}

function expected(name: string): string {
  const { outcome } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  return typeof outcome === "string" ? `${outcome}\n` : readFileSync(join(folder, `${name}.ics`), "utf8");
}

describe("the samples of Microsoft's documentation", () => {
  it("are there", () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it.each(names)("%s becomes exactly the object that stands beside it", (name) => {
    expect(outcomeOf(name)).toBe(expected(name));
  });
});
