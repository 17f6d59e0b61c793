import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import type { Part, PartReport } from "./part.ts";

const path = join(import.meta.dirname, "../../docs/reliability.md");

/** One part that ran to its end. */
export type Finished = {
  readonly name: string;
  readonly part: Part;
  readonly report: PartReport;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
};

/** Puts the result of a part between its markers in docs/reliability.md; the text around them is written by hand. */
export async function writeReport(finished: Finished): Promise<void> {
  const text = await readFile(path, "utf8");
  const begin = `<!-- npm run torture, ${finished.name}: begin -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(`<!-- npm run torture, ${finished.name}: end -->`);
  if (from < 0 || to < from)
    throw new Error(`${path} has no place for ${finished.name} between two markers.`);
  const before = text.slice(0, from + begin.length);
  await writeFile(path, `${before}\n\n${sectionOf(finished)}\n\n${text.slice(to)}`);
}

function sectionOf({ part, report, seed, startedAt }: Finished): string {
  const minutes = Math.max(1, Math.round((Date.now() - startedAt) / 60_000));
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const { versions } = process;
  const run = [
    `Run of ${new Date(startedAt).toISOString().slice(0, 10)}, ${minutes} min, seed ${seed}; ${machine}, ${type()} ${release()};`,
    `Kalends ${manifest.version}, Node ${versions.node}, PostgreSQL 15 and PGlite ${manifest.dependencies["@electric-sql/pglite"]}.`,
  ].join("\n");
  const failures = report.failures.map((line) => `- ${line.replaceAll(/\s+/g, " ").slice(0, 300)}`);
  const verdict = failures.length === 0 ? "Nothing went wrong." : `Went wrong:\n\n${failures.join("\n")}`;
  return `### ${part.title}\n\n${run}\n\n${report.text}\n\n${verdict}`;
}
