import { Temporal } from "temporal-polyfill";

/** From `at` (an instant) on, the offset (milliseconds east of UTC) is `to`; before it was `from`. */
export type ZoneChange = { readonly at: number; readonly from: number; readonly to: number };

/** An IANA zone as this machine's tz database has it. */
export type ZoneTable = {
  /** Offset at an instant, in milliseconds east of UTC. */
  readonly offsetAt: (instant: number) => number;
  /** The changes after `start` and before `end` (instants), in order. */
  readonly changes: (start: number, end: number) => readonly ZoneChange[];
};

type Stretch = { readonly from: number; readonly until: number; readonly offset: number };

/** A zone's offsets, asked for once for each stretch between two changes: asking is dear. `name` must be known. */
export function zoneTable(name: string): ZoneTable {
  const stretches: Stretch[] = [];
  let latest: Stretch | undefined;
  const stretchAt = (instant: number): Stretch => {
    if (latest !== undefined && instant >= latest.from && instant < latest.until) return latest;
    latest = stretches.find((one) => instant >= one.from && instant < one.until);
    if (latest === undefined) stretches.push((latest = stretchAround(instant, name)));
    return latest;
  };
  const changes = (start: number, end: number): ZoneChange[] => {
    const found: ZoneChange[] = [];
    for (let stretch = stretchAt(start); stretch.until < end; ) {
      const next = stretchAt(stretch.until);
      if (stretch.until > start) found.push({ at: stretch.until, from: stretch.offset, to: next.offset });
      stretch = next;
    }
    return found;
  };
  return { offsetAt: (instant) => stretchAt(instant).offset, changes };
}

function stretchAround(instant: number, name: string): Stretch {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
  // "previous" is strictly before: one step further takes in a change at this very instant.
  const from = at.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  const until = at.getTimeZoneTransition("next");
  return {
    from: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  };
}
