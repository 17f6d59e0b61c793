import { calendarZones } from "../../calendar/calendar-zones.ts";
import { parseCalendar } from "../../calendar/component.ts";
import { isPartName } from "../../calendar/instance.ts";
import { expand } from "../../calendar/recurrence.ts";
import { readBodies } from "../../store/journal.ts";
import { loadKeys, type StoredCandidate, type StoredKey } from "../../store/keys.ts";
import { seriesOfBase } from "../../store/series-of-base.ts";
import { nativesOf } from "../../store/translations.ts";
import type { AccountInUse } from "../account-in-use.ts";
import type { Context } from "../context.ts";
import { desiredEvents } from "../translate/desired-object.ts";
import { chooseWinner, isAged } from "../plan.ts";

/** Key of the meeting that brings what a candidate stands for, which then has no place of its own; null where none does. */
export type Coverage = (
  candidate: Pick<StoredCandidate, "stagedId" | "baseKey" | "instance">,
) => string | null;

/**
 * A loose invitation is covered by a series that wins its own key and has that occurrence, in any of its parts. A part
 * of a series is covered where the series itself lost to another copy, which is whole. A series that the server refuses,
 * or that stays as it stands by a person's decision, covers what stands there of it; one that ended before the window and
 * does not stand covers nothing.
 */
export async function coverageOf(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  stored: readonly StoredKey[],
): Promise<Coverage> {
  const dependent = stored.flatMap((state) =>
    state.candidates.flatMap(({ baseKey, instance }) => (instance === null ? [] : [{ baseKey, instance }])),
  );
  if (dependent.length === 0) return () => null;
  const series = await seriesOfBase(context.db, targetId, [...new Set(dependent.map((it) => it.baseKey))]);
  const winners = [...Map.groupBy(series, (one) => one.meetingKey).values()].flatMap(
    (rivals) => chooseWinner(rivals) ?? [],
  );
  const { shown, left } = await standingOf(context, targetId, winners);
  const losers = new Map(
    series
      .filter((one) => !winners.includes(one) && shown.has(one.meetingKey))
      .map(({ stagedId, baseKey, meetingKey }) => [`${stagedId} ${baseKey}`, meetingKey] as const),
  );
  const living = winners.filter((one) => !one.retired && shown.has(one.meetingKey));
  const natives = await nativesOf(
    context.db,
    living.map((it) => it.stagedId),
  );
  const byId = new Map(accounts.map((entry) => [entry.account.id, entry]));
  const covered = new Map<string, string>();
  for (const { meetingKey, baseKey, stagedId, accountId } of living) {
    const entry = byId.get(accountId);
    const native = natives.get(stagedId)?.native;
    if (entry === undefined || native === undefined) continue;
    const parts =
      left.get(meetingKey) ?? desiredEvents(context, entry, native, baseKey).map((event) => event.object.ics);
    for (const it of dependent) {
      if (it.baseKey !== baseKey || isPartName(it.instance)) continue;
      if (parts.some((part) => containsInstance(part, it.instance, context.zone)))
        covered.set(`${baseKey} ${it.instance}`, meetingKey);
    }
  }
  return ({ stagedId, baseKey, instance }) => {
    if (instance === null) return null;
    return (
      (isPartName(instance) ? losers.get(`${stagedId} ${baseKey}`) : covered.get(`${baseKey} ${instance}`)) ??
      null
    );
  };
}

type Standing = {
  /** Keys of the series that stand, or are to be written. */
  readonly shown: ReadonlySet<string>;
  /** What stands of those that may not be written as their source has them, by meeting key. */
  readonly left: ReadonlyMap<string, readonly string[]>;
};

/** How the series that have won their keys stand in the target. */
async function standingOf(
  context: Context,
  targetId: string,
  winners: ReadonlyArray<{ readonly meetingKey: string; readonly stagedId: number }>,
): Promise<Standing> {
  const stagedOf = new Map(winners.map(({ meetingKey, stagedId }) => [meetingKey, stagedId]));
  const windowFrom = context.window().from;
  const shown = new Set<string>();
  const left = new Map<string, { readonly body: string | null } | null>();
  for (const state of await loadKeys(context.db, targetId, [...stagedOf.keys()])) {
    const { key, candidates, mapping, refused, pinned } = state;
    const winner = candidates.find((one) => one.stagedId === stagedOf.get(key) && one.instance === null);
    if (mapping !== null || (winner !== undefined && !isAged(winner, windowFrom))) shown.add(key);
    if (pinned !== null && pinned.fingerprint === winner?.fingerprint) left.set(key, pinned.stands);
    else if (refused !== null) left.set(key, mapping && { body: mapping.sinkBase });
  }
  const hashes = [...left.values()].flatMap((stands) => stands?.body ?? []);
  const bodies = await readBodies(context.db, hashes);
  const texts = new Map<string, readonly string[]>();
  for (const [key, stands] of left) {
    const body = bodies.get(stands?.body ?? "");
    // Of what is not kept, most likely it has the occurrence: that is not to be shown twice.
    if (stands === null || body !== undefined) texts.set(key, body === undefined ? [] : [body]);
  }
  return { shown, left: texts };
}

const dayMs = 86_400_000;

/** Whether a series has an occurrence whose original start is `instance` (an ISO instant, or a date for all-day). */
function containsInstance(series: string, instance: string, zone: string): boolean {
  const parsed = parseCalendar(series);
  if (parsed.kind === "unreadable") return false;
  const original = Date.parse(instance);
  // An override may have been moved far from its original start, so the original is looked for, not the time.
  const span = { from: original - 400 * dayMs, until: original + 400 * dayMs, limit: 10_000 };
  const expansion = expand(parsed.calendar, calendarZones(parsed.calendar, zone), span);
  return (
    expansion.kind === "occurrences" &&
    expansion.occurrences.some((occurrence) => occurrence.original === original)
  );
}
