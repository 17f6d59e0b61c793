import { afterAll, expect, it } from "vitest";
import type { Engine } from "./engine.ts";
import { findPython, startPythonEngine } from "./python-engine.ts";
import { hasSabre, type SabreEngine, startSabreEngine } from "./sabre-engine.ts";

export type Engines = { readonly python: Engine; readonly sabre: SabreEngine };

/**
 * Runs tests with both engines, started for the file. Where the machine lacks one, one test says so: it fails with
 * KALENDS_REQUIRE_SERVERS=1.
 */
export function withEngines(tests: (engines: Engines) => void): void {
  const command = findPython();
  const missing = [
    ...(command === null ? ["python3-recurring-ical-events"] : []),
    ...(hasSabre() ? [] : ["php-cli, and `composer install` in test/oracle/sabre"]),
  ].join(" and ");
  if (command === null || missing !== "") {
    it("an independent engine is not on this machine (KALENDS_REQUIRE_SERVERS=1 makes that a failure)", () => {
      expect(process.env["KALENDS_REQUIRE_SERVERS"], `Install ${missing}.`).not.toBe("1");
    });
    return;
  }
  const python = startPythonEngine(command);
  const sabre = startSabreEngine();
  afterAll(async () => {
    await python[Symbol.asyncDispose]();
    await sabre[Symbol.asyncDispose]();
  });
  tests({ python, sabre });
}
