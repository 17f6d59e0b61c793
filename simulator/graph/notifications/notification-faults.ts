import type { ChangeType, Subscription } from "./subscription.ts";

/** What happens to a notification on its way. A delay is by the simulator's clock; others overtake it. */
type NotificationEffect =
  | { readonly kind: "lose" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "delay"; readonly ms: number };

/** Which notifications a fault meets, and how often. */
export type NotificationFault = {
  /** User principal name or object id. */
  readonly mailbox?: string;
  readonly changeType?: ChangeType;
  /** The first to be hit among those that match, counted from 1. */
  readonly nth?: number;
  /** How many are hit; without it all from there on. */
  readonly times?: number;
  readonly effect: NotificationEffect;
};

/** The faults of notifications. The first rule that hits decides. */
export class NotificationFaults {
  #rules: { readonly rule: NotificationFault; seen: number; hits: number }[] = [];

  add(rule: NotificationFault): void {
    this.#rules.push({ rule, seen: 0, hits: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The effect on a notification, or null. Every rule that matches counts it as seen. */
  strike({ mailbox }: Subscription, changeType: ChangeType): NotificationEffect | null {
    let effect: NotificationEffect | null = null;
    for (const active of this.#rules) {
      const { rule } = active;
      const isMeant = [undefined, mailbox.userPrincipalName, mailbox.objectId].includes(rule.mailbox);
      if (!isMeant || (rule.changeType ?? changeType) !== changeType) continue;
      active.seen += 1;
      if (effect !== null || active.seen < (rule.nth ?? 1)) continue;
      if (active.hits >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      active.hits += 1;
      effect = rule.effect;
    }
    return effect;
  }
}
