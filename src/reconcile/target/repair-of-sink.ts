import type { FoundBody, TargetRepair } from "../../store/repair-target.ts";
import type { ReadBody, SinkFinding } from "./compare-sink.ts";
import type { Leads } from "./look-at-sink.ts";

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

function foundBody(
  recorded: { readonly slot: string; readonly key: string | null },
  body: ReadBody,
): FoundBody {
  const { etag, fingerprint, ics } = body;
  return { slot: recorded.slot, key: recorded.key, etag, fingerprint, body: ics };
}
