import type { FoundBody, TargetRepair } from "../../store/repair-target.ts";
import type { AccountInUse } from "../account-in-use.ts";
import type { BookFinding } from "./books.ts";
import type { ReadBody, SinkFinding } from "../target/compare-sink.ts";
import { areRead } from "../gather/key-states.ts";
import type { Leads } from "./look-at-target.ts";

export const noRepair: TargetRepair = {
  stale: [],
  altered: [],
  missing: [],
  orphans: [],
  leftovers: [],
  keys: [],
  events: [],
  accounts: [],
};

type Known = {
  readonly accounts: readonly AccountInUse[];
  /** All is known that may have a place in the target. */
  readonly isRead: boolean;
  readonly leads: Leads;
};

/**
 * What is to be put on record for what was found in a target. A copy with the same UID and what cannot be read stay.
 *
 * @param mayBeLeftOver every source of the target is read: what no event leads to is left over
 */
export function repairOfSink(
  findings: readonly SinkFinding[],
  leads: Leads,
  mayBeLeftOver: boolean,
): TargetRepair {
  const stale: Array<TargetRepair["stale"][number]> = [];
  const altered: FoundBody[] = [];
  const missing: Array<TargetRepair["missing"][number]> = [];
  const orphans: Array<TargetRepair["orphans"][number]> = [];
  const leftovers: string[] = [];
  for (const finding of findings) {
    switch (finding.kind) {
      case "stale ETag":
        stale.push({ slot: finding.recorded.slot, etag: finding.body.etag });
        break;
      case "altered":
        altered.push(foundBody(finding.recorded, finding.body));
        break;
      case "missing":
      case "replaced":
        missing.push({ slot: finding.recorded.slot, key: finding.recorded.key });
        break;
      case "orphan": {
        const key = leads.get(finding.found.slot)?.key ?? null;
        orphans.push({ ...finding.found, key });
        if (key === null && mayBeLeftOver) leftovers.push(finding.found.slot);
        break;
      }
      case "unreadable":
      case "duplicate UID":
        break;
      default:
        finding satisfies never;
    }
  }
  return { ...noRepair, stale, altered, missing, orphans, leftovers };
}

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

function foundBody(
  recorded: { readonly slot: string; readonly key: string | null },
  body: ReadBody,
): FoundBody {
  const { etag, fingerprint, ics } = body;
  return { slot: recorded.slot, key: recorded.key, etag, fingerprint, body: ics };
}
