import type { BookFinding, Books } from "./books.ts";
import { orphanKey } from "../../store/slots.ts";
import type { SinkFinding } from "../target/compare-sink.ts";
import type { Difference, DifferenceState } from "./difference.ts";
import { subjectOf } from "../action.ts";
import type { Leads } from "../target/look-at-sink.ts";
import type { TargetLook } from "./look-at-target.ts";

/**
 * What became of a finding by its repair; null where nothing was to be repaired. `waits`: what is to be done about it
 * needs a person's consent.
 */
export type Mended = "mended" | "stays" | "waits" | null;

export type TargetFinding = SinkFinding | BookFinding;

/** Names a finding, so that it can be found again by another look. */
export function nameOfFinding(finding: TargetFinding): string {
  switch (finding.kind) {
    case "stale ETag":
    case "altered":
    case "replaced":
    case "missing":
    case "unreadable":
    case "unclaimed":
      return `${finding.kind} ${finding.recorded.slot}`;
    case "orphan":
      return `orphan ${finding.found.slot}`;
    case "duplicate UID":
      return `duplicate ${finding.body.name}`;
    case "unplanned":
      return `unplanned ${finding.state.key}`;
    case "unaccounted":
      return `unaccounted ${finding.event.stagedId}`;
    default:
      return finding satisfies never;
  }
}

/** All findings of a look, each event once: what stands there unrecorded is not missing besides. */
export function findingsOf({ findings, books, leads }: TargetLook): TargetFinding[] {
  const found = new Set(
    findings.flatMap((finding) =>
      finding.kind === "orphan" ? (leads.get(finding.found.slot)?.key ?? []) : [],
    ),
  );
  const ownBooks = books.findings.filter(
    (finding) =>
      !(
        finding.kind === "unplanned" &&
        (finding.action.kind === "create" || finding.action.mapping === null) &&
        found.has(finding.state.key)
      ),
  );
  return [...findings, ...ownBooks];
}

/** What became of a finding whose repair is planned, by the books that were kept after it. Pure. */
export function mendedByBooks(
  finding: TargetFinding,
  leads: Leads,
  after: Books,
): "mended" | "stays" | "waits" {
  if (finding.kind === "unaccounted")
    return after.untranslated.has(finding.event.stagedId) ? "stays" : "mended";
  const key = keyOfFinding(finding, leads);
  const open = key === null ? undefined : after.openKeys.get(key);
  if (open === undefined) return "mended";
  return open === "held" ? "waits" : "stays";
}

/** The meeting that is to be planned because of a finding; null where there is none. */
function keyOfFinding(finding: Exclude<TargetFinding, { kind: "unaccounted" }>, leads: Leads): string | null {
  switch (finding.kind) {
    case "stale ETag":
    case "unreadable":
    case "duplicate UID":
      return null;
    case "altered":
    case "replaced":
    case "missing":
      return finding.recorded.key;
    case "orphan":
      return leads.get(finding.found.slot)?.key ?? orphanKey(finding.found.slot);
    case "unclaimed":
      return leads.get(finding.recorded.slot)?.key ?? orphanKey(finding.recorded.slot);
    case "unplanned":
      return finding.state.key;
    default:
      return finding satisfies never;
  }
}

/** A finding in words. */
export function targetDifference(
  place: string,
  finding: TargetFinding,
  leads: Leads,
  mended: Mended,
): Difference {
  return { side: "target", place, state: stateOf(finding, mended), ...described(finding, leads, mended) };
}

function stateOf(finding: TargetFinding, mended: Mended): DifferenceState {
  if (finding.kind === "duplicate UID" || finding.kind === "replaced") return "waits";
  switch (mended) {
    case null:
      return "found";
    case "stays":
      return "left";
    case "mended":
    case "waits":
      return mended;
    default:
      return mended satisfies never;
  }
}

const soon = "`kalends audit --repair` or the next scheduled audit";

/** The sentence for what was, is, or could not be done. */
function choose(mended: Mended, toDo: string, done: string, stays: string): string {
  switch (mended) {
    case null:
      return toDo;
    case "mended":
      return done;
    case "stays":
      return stays;
    case "waits":
      return "What is to be done about it is held and waits for you: see `kalends hold list`.";
    default:
      return mended satisfies never;
  }
}

function described(
  finding: TargetFinding,
  leads: Leads,
  mended: Mended,
): Pick<Difference, "kind" | "event" | "next"> {
  switch (finding.kind) {
    case "stale ETag":
      return {
        kind: "stale ETag",
        event: ofRecord(finding.recorded),
        next: choose(
          mended,
          `Only its ETag has changed, not what it says; ${soon} notes the new one.`,
          "Only its ETag had changed, not what it says; the new one is on record.",
          "Its ETag keeps changing; it is looked at again by the next audit.",
        ),
      };
    case "altered":
      return {
        kind: "altered",
        event: ofRecord(finding.recorded),
        next: choose(
          mended,
          `It was changed in the target; ${soon} puts it right and keeps what stands there in the journal.`,
          "It had been changed in the target and was put right; what stood there is kept in the journal.",
          "It was changed in the target and is not put right yet; the next run goes on. What stands there is kept in the journal.",
        ),
      };
    case "replaced":
      return {
        kind: "altered",
        event: ofRecord(finding.recorded),
        next: `Another object, which Kalends did not write, stands under its name (${finding.recorded.name}). Remove that one, and the event is written again within an hour.`,
      };
    case "missing":
      return {
        kind: "missing",
        event: ofRecord(finding.recorded),
        next: choose(
          mended,
          `It is gone from the target; ${soon} writes it again.`,
          "It was gone from the target; what its source wants there has been written again.",
          "It is gone from the target and not written again yet; the next run goes on.",
        ),
      };
    case "unreadable":
      return {
        kind: "altered",
        event: ofRecord(finding.recorded),
        next: `It stands in the target and cannot be read: ${finding.reason} It is left as it is and looked at again by the next audit; look at the server's log.`,
      };
    case "orphan":
      return {
        kind: "orphan",
        event: { title: finding.found.summary, start: finding.found.startsAt, id: finding.found.name },
        next: orphanText(leads.get(finding.found.slot)?.isWanted === true, mended),
      };
    case "unclaimed":
      return {
        kind: "orphan",
        event: ofRecord(finding.recorded),
        next: orphanText(leads.get(finding.recorded.slot)?.isWanted === true, mended),
      };
    case "duplicate UID":
      return {
        kind: "duplicate UID",
        event: { title: finding.body.summary, start: finding.body.startsAt, id: finding.body.name },
        next: `It has the UID of ${finding.of}, which is the one that Kalends keeps. Kalends does not remove the copy: delete ${finding.body.name}, on the phone or with another client.`,
      };
    case "unplanned":
      return ofPlan(finding, mended);
    case "unaccounted":
      return {
        kind: "missing",
        event: { title: null, start: null, id: finding.event.nativeId },
        next: choose(
          mended,
          `It was read from its source, and nothing was made of it; ${soon} translates it again.`,
          "It had been read from its source, and nothing was made of it; it was translated again.",
          "It was read from its source, and nothing could be made of it yet; the next run tries again.",
        ),
      };
    default:
      return finding satisfies never;
  }
}

function ofPlan(
  { action, state }: Extract<BookFinding, { kind: "unplanned" }>,
  mended: Mended,
): Pick<Difference, "kind" | "event" | "next"> {
  const { summary: title, startsAt: start } = subjectOf(action);
  const id = action.kind === "create" ? state.key : (action.mapping?.name ?? state.key);
  const event = { title, start, id };
  const say = (what: string): string =>
    choose(
      mended,
      `${what} (${action.reason}); ${soon} plans it anew.`,
      `${what} (${action.reason}); it was planned anew.`,
      `${what} (${action.reason}); it is not put right yet: see \`kalends status\`.`,
    );
  switch (action.kind) {
    case "create":
      return { kind: "missing", event, next: say("The target should have it") };
    case "update":
      return { kind: "altered", event, next: say("The target has another version of it on record") };
    case "adopt":
      return { kind: "altered", event, next: say("It is on record for another event") };
    case "delete":
      return {
        kind: action.mapping.sourceId === null ? "orphan" : "extra",
        event,
        next: say("The target has it, and should not"),
      };
    case "restore":
      return {
        kind: action.goal === null ? "extra" : action.mapping === null ? "missing" : "altered",
        event,
        next: say("It does not stand as you decided"),
      };
    default:
      return action satisfies never;
  }
}

function orphanText(isClaimed: boolean, mended: Mended): string {
  if (!isClaimed && mended === "waits")
    return "Kalends wrote it, and no source that is switched on has it; its removal waits for your approval: see `kalends hold list`.";
  if (isClaimed) {
    return choose(
      mended,
      `Kalends wrote it and has no record of it; ${soon} takes it back on record.`,
      "Kalends wrote it and had no record of it; it is back on record.",
      "Kalends wrote it and has no record of it; the next audit tries again.",
    );
  }
  return choose(
    mended,
    `Kalends wrote it, and no source that is switched on has it; ${soon} proposes its removal, which waits for your approval.`,
    "Kalends wrote it and had no record of it; it is on record now, and what is to become of it was planned.",
    "Kalends wrote it, and no source that is read has it; it stays until all sources of the target are read.",
  );
}

function ofRecord(recorded: {
  readonly summary: string;
  readonly startsAt: string | null;
  readonly name: string;
}): Difference["event"] {
  return { title: recorded.summary, start: recorded.startsAt, id: recorded.name };
}
