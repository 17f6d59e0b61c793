import type { Finding } from "./compare-listing.ts";
import type { Difference, DifferenceState } from "./difference.ts";

/**
 * What became of a finding once it was repaired and looked at again: `gone` from what is staged, `read` with another
 * content, `same` as it was, `owed` because it could not be read, or it `stays`.
 */
export type AfterRepair = "gone" | "read" | "same" | "owed" | "stays";

type Subject = Pick<Difference, "place" | "event">;

/** A finding in words. `after` is null where nothing was repaired. */
export function sourceDifference(
  kind: Finding["kind"],
  subject: Subject,
  after: AfterRepair | null,
): Difference {
  const wasAltered = kind === "stale ETag" && after === "read";
  return {
    side: "source",
    ...subject,
    kind: wasAltered ? "altered" : kind,
    state: after === null ? "found" : stateAfter[after],
    next: after === null ? unrepaired[kind] : repaired[kind][after],
  };
}

const stateAfter: Readonly<Record<AfterRepair, DifferenceState>> = {
  gone: "mended",
  read: "mended",
  same: "mended",
  owed: "left",
  stays: "left",
};

const unrepaired: Readonly<Record<Finding["kind"], string>> = {
  missing:
    "The source lists it and it is not staged, so that no target can show it; `kalends audit --repair` reads it.",
  extra:
    "It is staged and the source no longer lists it; `kalends audit --repair` asks the source for it by itself, and only if it is not there either is it removed.",
  "stale ETag":
    "The source has another version of it than the one that is staged; `kalends audit --repair` reads it again.",
};

const owed =
  "It could not be settled this time: it stays owed, and is tried again by itself; `kalends status` tells why.";
const calendarUnread = "It was to be looked at again, but that did not succeed; the next audit does so.";

const repaired: Readonly<Record<Finding["kind"], Readonly<Record<AfterRepair, string>>>> = {
  missing: {
    read: "It was read and is staged now; the next reconciliation brings it to its target.",
    same: "It was read and is staged now; the next reconciliation brings it to its target.",
    gone: "The source does not have it any more when asked for it by itself.",
    owed,
    stays: calendarUnread,
  },
  extra: {
    gone: "The source confirmed that it is gone; the next reconciliation removes it from its target, unless the guard holds that back.",
    read: "The source still has it when asked for it by itself; it was read again and is kept.",
    same: "The source still has it when asked for it by itself; it is kept.",
    owed,
    stays: "The source still has it when asked for it by itself, though it does not list it; it is kept.",
  },
  "stale ETag": {
    read: "It was read again, and its content had changed; the next reconciliation brings it to its target.",
    same: "It was read again; nothing but its ETag had changed.",
    gone: "The source does not have it any more; the next reconciliation removes it from its target, unless the guard holds that back.",
    owed,
    stays: calendarUnread,
  },
};
