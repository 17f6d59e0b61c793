import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configJsonSchema } from "../src/config/json-schema.ts";

const file = join(import.meta.dirname, "..", "config", "sources.schema.json");
await writeFile(file, configJsonSchema());
console.log(`wrote ${file}`);
