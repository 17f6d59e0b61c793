import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { type Defence, defences } from "./defences.ts";
import type { Part, PartReport } from "./part.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Takes each defence out of a copy of the program, and demands that its test notices. */
export const defencesPart: Part = {
  title: "Defences taken out",
  async run({ short, seed, say }) {
    const chosen = short ? defences.filter((_, index) => index % 4 === Math.abs(seed) % 4) : defences;
    const folder = await copyTree();
    try {
      const lines: string[] = [];
      const failures: string[] = [];
      for (const defence of chosen) {
        const problem = await tryWithout(folder, defence);
        say(`defences: ${defence.defence} ${problem ?? "Missed when it is gone."}`);
        if (problem !== null) failures.push(`${defence.defence} ${problem}`);
        lines.push(lineOf(defence, problem));
      }
      return reportOf(lines, failures);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function lineOf({ failure, defence, test, title }: Defence, problem: string | null): string {
  return `| ${failure} | ${defence} | \`${test}\`: ${title} | ${problem ?? "missed at once"} |`;
}

function reportOf(lines: readonly string[], failures: readonly string[]): PartReport {
  const head = ["| Known failure | Defence | Test | Taken out |", "| --- | --- | --- | --- |"];
  return { text: [...head, ...lines].join("\n"), failures };
}

/** What is needed to run tests, with the packages by a link. */
async function copyTree(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-defences-"));
  for (const name of ["src", "test", "simulator", "package.json", "tsconfig.json", "vitest.config.ts"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Why the defence is not proven, or null. */
async function tryWithout(folder: string, defence: Defence): Promise<string | null> {
  const path = join(folder, defence.file);
  const text = await readFile(path, "utf8");
  if (text.split(defence.find).length !== 2) return `The line that it is made of is not in ${defence.file}.`;
  const whole = await runTest(folder, defence);
  if (whole.passed === 0) return `There is no test "${defence.title}" in ${defence.test}.`;
  if (whole.failed > 0) return "Its test fails with the defence in place.";
  await writeFile(
    path,
    text.replace(defence.find, () => defence.replace),
  );
  const without = await runTest(folder, defence);
  await writeFile(path, text);
  return without.failed > 0 ? null : `Nobody misses it: "${defence.title}" passes without it.`;
}

const results = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

async function runTest(folder: string, defence: Defence): Promise<{ passed: number; failed: number }> {
  const output = join(folder, "results.json");
  await rm(output, { force: true });
  const pattern = defence.title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const args = ["run", "--project", defence.project, defence.test, "-t", pattern];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const options = { cwd: folder, timeout: 120_000 };
  // A failing test is an answer as well; what counts is what was written down.
  await run(process.execPath, [vitest, ...args, "--reporter=json", `--outputFile=${output}`], options).catch(
    () => undefined,
  );
  const { numPassedTests, numFailedTests } = results.parse(JSON.parse(await readFile(output, "utf8")));
  return { passed: numPassedTests, failed: numFailedTests };
}
