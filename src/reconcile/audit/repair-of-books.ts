import type { TargetRepair } from "../../store/repair-target.ts";
import type { AccountInUse } from "../account-in-use.ts";
import { areRead } from "../gather/key-states.ts";
import type { Leads } from "../target/look-at-sink.ts";
import { noRepair } from "../target/repair-of-sink.ts";
import type { BookFinding } from "./books.ts";

type Known = {
  readonly accounts: readonly AccountInUse[];
  /** All is known that may have a place in the target. */
  readonly isRead: boolean;
  readonly leads: Leads;
};

/**
 * What is to be planned and translated again for what the books do not explain. Before an object is removed because no
 * event wants it, every event of its account is translated anew.
 */
export function repairOfBooks(findings: readonly BookFinding[], known: Known): TargetRepair {
  const inUse = new Map(known.accounts.map((entry) => [entry.account.id, entry]));
  const keys = new Set<string>();
  const events = new Set<number>();
  const accounts = new Set<number>();
  const leftovers: string[] = [];
  for (const finding of findings) {
    switch (finding.kind) {
      case "unplanned": {
        const { action, state } = finding;
        for (const { accountId, stagedId } of state.candidates)
          if (inUse.has(accountId)) events.add(stagedId);
        if (action.kind === "delete") {
          const owners = ownersOf(action.mapping.sourceId, known.accounts);
          if (!(action.mapping.sourceId === null ? known.isRead : areRead(owners))) break;
          for (const { account } of owners) accounts.add(account.id);
        }
        keys.add(state.key);
        break;
      }
      case "unaccounted":
        if (inUse.has(finding.event.accountId)) events.add(finding.event.stagedId);
        break;
      case "unclaimed": {
        const key = known.leads.get(finding.recorded.slot)?.key;
        if (key !== undefined) keys.add(key);
        else if (known.isRead) leftovers.push(finding.recorded.slot);
        break;
      }
      default:
        finding satisfies never;
    }
  }
  return { ...noRepair, leftovers, keys: [...keys], events: [...events], accounts: [...accounts] };
}

/** Both in one. */
export function together(sink: TargetRepair, books: TargetRepair): TargetRepair {
  return {
    ...sink,
    ...books,
    stale: sink.stale,
    altered: sink.altered,
    missing: sink.missing,
    orphans: sink.orphans,
    leftovers: [...sink.leftovers, ...books.leftovers],
  };
}

/** The accounts of an object's source; of what nobody owns, all. */
function ownersOf(sourceId: string | null, accounts: readonly AccountInUse[]): readonly AccountInUse[] {
  return sourceId === null ? accounts : accounts.filter(({ configured }) => configured.sourceId === sourceId);
}
