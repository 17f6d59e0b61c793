import { firstImport } from "./first-import.ts";
import { idleRun } from "./idle-run.ts";
import { translation } from "./translation.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  "first-import": firstImport,
  idle: idleRun,
  translation,
};

const chosen = process.argv.slice(2);
const names = chosen.length === 0 ? Object.keys(benches) : chosen;
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined) {
    console.log(`There is no benchmark ${name}; there are: ${Object.keys(benches).join(", ")}.`);
    process.exitCode = 2;
    break;
  }
  await bench();
}
