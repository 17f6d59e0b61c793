import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { isInstalled } from "../contract/servers/server-process.ts";
import { type Engine, engineOn } from "./engine.ts";
import { startEngineProcess } from "./engine-process.ts";

/** What sabre/dav thinks of an object that is PUT. */
export type Judgement = {
  /** Level 1 was repaired, 2 is a warning, 3 is refused with 415. */
  readonly validation: readonly { readonly level: number; readonly message: string }[];
  /** `ok`, or the exception that makes the server answer 500. */
  readonly iterator: string;
};

export type SabreEngine = Engine & {
  /** Rejects where the text cannot be parsed at all. */
  readonly judge: (ics: string) => Promise<Judgement>;
};

const judgement = z.object({
  validation: z.array(z.object({ level: z.number(), message: z.string() })),
  iterator: z.string(),
});

const folder = join(import.meta.dirname, "sabre");

/** True where PHP is installed and `composer install` was run in test/oracle/sabre. */
export const hasSabre = (): boolean => isInstalled("php") && existsSync(join(folder, "vendor/autoload.php"));

/** sabre/vobject, the engine inside Baikal. */
export function startSabreEngine(): SabreEngine & AsyncDisposable {
  const child = startEngineProcess("php", [join(folder, "engine.php")]);
  return {
    ...engineOn("sabre", child),
    judge: async (ics) => judgement.parse(await child.ask({ op: "judge", ics })),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
