import { configureGlobal } from "fast-check";

// The same cases in every run; KALENDS_TEST_SEED=… tries others. A test's own seed goes before.
configureGlobal({ seed: Number(process.env["KALENDS_TEST_SEED"] ?? 20_261_122) });
