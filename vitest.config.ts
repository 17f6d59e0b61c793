import { defineConfig } from "vitest/config";
import LongestFirst from "./test/longest-first.ts";

/** A worker loads a module once for all its files: no test may leave anything behind in one. */
const project = (name: string, extra: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: "test/fixed-seed.ts",
    // No test waits for time to pass: only a machine that is busy with other work needs as long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    isolate: false,
    ...extra,
  },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    // By default one core of two stays idle.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    globalSetup: ["test/test-postgres.ts", "test/shared-folder.ts"],
    projects: [
      project("unit", { env: { TZ: "Pacific/Auckland" } }),
      project("oracle"),
      project("contract"),
      project("integration"),
    ],
  },
});
