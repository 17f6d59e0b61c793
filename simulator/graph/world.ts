import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import type { Faults } from "./faults.ts";
import type { Calendar, Cloud, Mailbox, Tenant } from "./model.ts";
import type { Notifications } from "./notifications/notifications.ts";
import type { SyncStates } from "./sync-states.ts";
import type { Switches } from "./switches.ts";
import type { Throttle } from "./throttle.ts";

/** Everything that one simulator holds. */
export type World = {
  readonly clock: Clock;
  readonly clouds: readonly Cloud[];
  readonly tenants: Tenant[];
  readonly counters: Counters;
  readonly faults: Faults;
  readonly syncStates: SyncStates;
  readonly throttle: Throttle;
  readonly identifiers: Identifiers;
  readonly notifications: Notifications;
  switches: Switches;
};

/** Where identities come from: the same seed and the same calls give the same ones. */
export type Identifiers = { next(): number; guid(): string; hash(text: string): string };

/** Deterministic identifiers from a seed. */
export function createIdentifiers(seed: string): Identifiers {
  let count = 0;
  const next = (): number => (count += 1);
  const hash = (text: string): string => createHash("sha256").update(`${seed}\n${text}`).digest("base64url");
  return {
    next,
    hash,
    guid: () => {
      const hex = createHash("sha256").update(`${seed}\nguid ${next()}`).digest("hex");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}

/** The switches that hold for a mailbox or for one calendar in it. */
export function switchesFor(world: World, mailbox: Mailbox, calendar?: Calendar): Switches {
  return { ...world.switches, ...mailbox.switches, ...calendar?.switches };
}
