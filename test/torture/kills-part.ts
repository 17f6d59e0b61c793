import { runFailpoints } from "./failpoints.ts";
import { runKills } from "./kills.ts";
import type { Part } from "./part.ts";

/** The real process killed at any moment. */
export const killsPart: Part = {
  title: "Kills of the real process",
  async run({ short, seed, makeDatabase, say }) {
    const report = await runKills({ kills: short ? 10 : 500, seed, makeDatabase, onProgress: say });
    const { kills, lost, doubled, churned, mails, idleWrites, failures } = report;
    const cells = [kills, lost, doubled, churned, mails, idleWrites];
    const text = [
      "| Kills | Lost | Doubled | Churned | Mails | Writes of an idle run |",
      "| --: | --: | --: | --: | --: | --: |",
      `| ${cells.join(" | ")} |`,
      "",
      `By what was under way: ${counts(report.byPhase)}. By database: ${counts(report.byDatabase)}.`,
    ].join("\n");
    return { text, failures };
  },
};

/** A run that ends at every single request, write, query and commit in turn. */
export const stopsPart: Part = {
  title: "Stops at every request, write and commit",
  async run({ short, makeDatabase, say }) {
    const totals = await runFailpoints({
      makeDatabase,
      oneIn: short ? 40 : 1,
      onProgress: ({ tried, points }) => say(`stops: ${tried} of ${points} points of a scenario`),
    });
    const { points, tried, lost, doubled, churned, differences } = totals;
    const text = [
      "| Points | Tried | Lost | Doubled | Churned |",
      "| --: | --: | --: | --: | --: |",
      `| ${[points, tried, lost, doubled, churned].join(" | ")} |`,
    ].join("\n");
    return { text, failures: differences };
  },
};

function counts(by: Readonly<Record<string, number>>): string {
  return Object.entries(by)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
