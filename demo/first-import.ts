import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Kalends } from "./kalends.ts";

const statusSchema = z.object({
  accounts: z.array(z.object({ completeAt: z.string().nullable(), staged: z.number(), owed: z.number() })),
  targets: z.array(
    z.object({ reconciledAt: z.string().nullable(), standing: z.number(), waiting: z.number() }),
  ),
});

const pollMs = 700;
const patienceMs = 10 * 60_000;

/** Shows how the daemon's first import goes on, from what `kalends status --json` says. */
export async function watchFirstImport(kalends: Kalends, say: (line: string) => void): Promise<void> {
  let shown = "";
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(pollMs)) {
    const { stdout } = await kalends.run(["--json", "status"]);
    const { accounts, targets } = statusSchema.parse(JSON.parse(stdout));
    const read = accounts.reduce((total, account) => total + account.staged, 0);
    const owed = accounts.reduce((total, account) => total + account.owed, 0);
    const written = targets.reduce((total, target) => total + target.standing, 0);
    const line = `  ${read} read, ${owed} series still to be read, ${written} written`;
    if (line !== shown) say(line);
    shown = line;
    const isRead = accounts.length > 0 && accounts.every((account) => account.completeAt !== null);
    if (isRead && targets.every((target) => target.reconciledAt !== null && target.waiting === 0)) return;
  }
  throw new Error("The first import did not end in ten minutes.");
}
