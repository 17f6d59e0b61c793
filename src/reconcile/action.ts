/** A candidate as the plan sees it: one event of one source that wants the slot of its meeting. */
export type PlanCandidate = {
  readonly sourceId: string;
  readonly accountId: number;
  /** Stable name of the event inside its account. */
  readonly identity: string;
  readonly stagedId: number;
  readonly priority: number;
  readonly sourceOrder: number;
  /** Its source is no longer configured: it keeps what stands, but loses to any living candidate. */
  readonly retired: boolean;
  readonly fingerprint: string;
  readonly summary: string;
  /** ISO instants in UTC; `endsAt` null for a series without end. */
  readonly startsAt: string;
  readonly endsAt: string | null;
  /** Original start of a loose invitation to one instance; null for single events and series. */
  readonly instance: string | null;
  /** A loose invitation to one instance, standing in for a series that another candidate brings whole. */
  readonly covered: boolean;
};

/** What is recorded to stand in a slot. */
export type PlanMapping = {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly sinkFingerprint: string;
  /** Null for an object that was found in the sink and not claimed yet. */
  readonly desiredFingerprint: string | null;
  readonly sourceId: string | null;
  readonly accountId: number | null;
  readonly identity: string | null;
  readonly summary: string;
  readonly startsAt: string | null;
  /** Hash of the body that stands there; null where it is not kept. */
  readonly sinkBase: string | null;
  /** Others have changed what stands there since it was written or found. */
  readonly altered: boolean;
};

/** What is to stand by a person's decision. */
export type PinnedObject = {
  readonly fingerprint: string;
  /** Hash of the body; null where it is not kept. */
  readonly body: string | null;
  readonly sourceId: string | null;
  /** To be put back; null where it cannot be, or where the hash of what stands there tells that it need not be. */
  readonly object: {
    readonly ics: string;
    readonly summary: string;
    readonly startsAt: string;
  } | null;
};

/** Everything stored about one meeting key of one target. */
export type KeyState = {
  readonly key: string;
  readonly candidates: readonly PlanCandidate[];
  readonly mapping: PlanMapping | null;
  /** Key of the series that covers a candidate of this key; null where none does. */
  readonly coveredBy: string | null;
  /** Target to which the source of what stands here writes now, where the event has no place yet; null otherwise. */
  readonly awaitedIn: string | null;
  /** Whose event stood there before it was found missing; null where we removed it, or it was never missing. */
  readonly lost: { readonly accountId: number; readonly identity: string } | null;
  /** Fingerprint that the sink refused; null where it refused nothing. */
  readonly refused: string | null;
  /** What the source said (a fingerprint; null for nothing) when a person decided what is to stand, and what that is. */
  readonly pinned: { readonly fingerprint: string | null; readonly stands: PinnedObject | null } | null;
  /** Every source of the target has been read completely: what nobody wants now, nobody will want. */
  readonly settled: boolean;
};

/** One step of a plan. `reason` is a phrase for the owner. */
export type Action =
  | {
      readonly kind: "create";
      readonly key: string;
      readonly winner: PlanCandidate;
      /** It stood there, and others removed it. */
      readonly isLost: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: "update";
      readonly key: string;
      readonly winner: PlanCandidate;
      readonly mapping: PlanMapping;
      readonly reason: string;
    }
  /** The object that stands there is the desired one: only recorded. */
  | {
      readonly kind: "adopt";
      readonly key: string;
      readonly winner: PlanCandidate;
      readonly mapping: PlanMapping;
      readonly reason: string;
    }
  | {
      readonly kind: "delete";
      readonly key: string;
      readonly mapping: PlanMapping;
      /** Key of the series that brings the occurrence from now on: it has to stand before. */
      readonly after?: string;
      readonly reason: string;
    }
  /** What a person decided is to stand there again: an object, or nothing. */
  | Restore;

export type Restore = {
  readonly kind: "restore";
  readonly key: string;
  readonly reason: string;
  /** The source's event that has the place. */
  readonly winner: PlanCandidate | null;
} & (
  | { readonly goal: null; readonly mapping: PlanMapping }
  | { readonly goal: RestoredObject; readonly mapping: PlanMapping | null }
);

/** As it is to stand, but for its UID. */
export type RestoredObject = {
  readonly ics: string;
  readonly fingerprint: string;
  readonly summary: string;
  readonly startsAt: string;
  readonly sourceId: string | null;
};

/** What an action is about, for people. */
export function subjectOf(action: Action): {
  readonly summary: string;
  readonly startsAt: string | null;
  readonly sourceId: string | null;
} {
  switch (action.kind) {
    case "create":
    case "update":
    case "adopt":
      return action.winner;
    case "delete":
      return action.mapping;
    case "restore":
      return action.goal ?? action.mapping;
    default:
      return action satisfies never;
  }
}

/** Actions by the start of what they are about; what has none comes last. */
export function inOrder(actions: readonly Action[]): Action[] {
  const startOf = (action: Action): string => subjectOf(action).startsAt ?? "~";
  return actions.toSorted((one, other) => {
    const [first, second] = [startOf(one), startOf(other)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

/** How others have left an object in a target: otherwise than it is on record, or gone. */
export type Deviation = "altered" | "missing";

/** What an action puts right that others did in the target; null where they did nothing to the object. */
export function deviationOf(action: Action): Deviation | null {
  switch (action.kind) {
    case "create":
      return action.isLost ? "missing" : null;
    case "update":
    case "delete":
      return action.mapping.altered ? "altered" : null;
    case "adopt":
      return null;
    case "restore":
      // What was decided on stood there once.
      if (action.mapping === null) return "missing";
      return action.mapping.altered ? "altered" : null;
    default:
      return action satisfies never;
  }
}

/** Why nothing is done for a key. */
export type Rest = {
  readonly kind: "rest";
  readonly key: string;
  readonly reason: string;
  /** Target in which the event is to stand before it goes here. */
  readonly awaitedIn?: string;
};
