import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The JSON Schema of the configuration file, for editors: the text of `config/sources.schema.json`. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
