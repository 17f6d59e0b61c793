import type { AppliedRecord } from "../../store/applied.ts";
import { hashBody } from "../../store/bodies.ts";
import type { Deviation } from "../action.ts";
import type { WriteResult } from "./write-action.ts";
import type { WriteStep } from "./write-step.ts";

/** How a step ended, as the mapping and the journal will have it. */
export function recordOf(
  run: { readonly runId: string; readonly targetId: string },
  step: WriteStep,
  result: WriteResult,
): AppliedRecord {
  const { entry, slot, key } = step;
  return {
    key,
    name: slot.name,
    action: {
      run_id: run.runId,
      kind: entry.kind,
      slot: slot.slot,
      source_id: entry.sourceId,
      summary: entry.summary,
      reason: entry.reason,
      outcome: "note" in result ? result.note : `${result.kind}: ${result.reason}`,
      target_id: run.targetId,
      meeting_key: key,
      asked: entry.asked,
      deviation: putRight(step, result),
      ...bodiesOf(step, result),
    },
    effect: effectOf(step, result),
    ...(step.decision === undefined ? {} : { decision: step.decision }),
  };
}

/**
 * What a write puts right, by what was planned for and what it came upon: where something stands (`replaced`), it was not
 * missing after all.
 */
export function deviationAtWrite(
  planned: Deviation | null,
  seen: Deviation | null,
  isThere: boolean,
): Deviation | null {
  if (seen !== null) return seen;
  return planned === "missing" && isThere ? null : planned;
}

/** Nothing is put right where nothing was written. */
function putRight({ entry }: WriteStep, result: WriteResult): Deviation | null {
  if (!("replaced" in result) || result.replaced.kind === "unchanged") return null;
  return deviationAtWrite(entry.deviation, result.deviation, result.replaced.kind !== "nothing");
}

/** What stood there before and stands there after; nothing where nothing was changed. */
function bodiesOf(
  step: WriteStep,
  result: WriteResult,
): { readonly before_body: string | null; readonly after_body: string | null } {
  if (!("replaced" in result) || result.replaced.kind === "unchanged")
    return { before_body: null, after_body: null };
  const { replaced } = result;
  const after = "desired" in step.job ? hashBody(step.job.desired.ics) : null;
  switch (replaced.kind) {
    case "nothing":
      return { before_body: null, after_body: after };
    case "recorded":
      return { before_body: step.before, after_body: after };
    case "found":
      return { before_body: hashBody(replaced.ics), after_body: after };
    default:
      return replaced satisfies never;
  }
}

function effectOf(step: WriteStep, result: WriteResult): AppliedRecord["effect"] {
  const { job, owner, slot, entry } = step;
  switch (result.kind) {
    case "stands":
      if (owner === null) return { kind: "postponed" };
      return {
        kind: "stands",
        mapping: {
          slot: slot.slot,
          source_id: owner.sourceId,
          account_id: owner.accountId,
          identity: owner.identity,
          summary: entry.summary,
          starts_at: owner.startsAt,
          desired_fingerprint: owner.fingerprint,
          sink_etag: result.etag,
          sink_fingerprint: result.sinkFingerprint,
          source_base: owner.sourceBase,
          sink_base: "desired" in job ? hashBody(job.desired.ics) : step.before,
        },
      };
    case "removed":
      return { kind: "removed", slot: slot.slot };
    case "refused":
      // The refusal of a body from the past says nothing about what the source has now.
      if (entry.kind === "restore") return { kind: "left" };
      return {
        kind: "refused",
        fingerprint: "desired" in job ? job.desired.fingerprint : "",
        sourceId: entry.sourceId ?? "",
        summary: entry.summary,
        reason: result.reason,
      };
    case "postponed":
      return entry.kind === "restore" ? { kind: "left" } : { kind: "postponed" };
    default:
      return result satisfies never;
  }
}
