import type { Clock } from "../clock.ts";
import { NotificationFaults } from "./notification-faults.ts";
import type { NotificationSwitches } from "./notification-switches.ts";
import { Outbox } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";
import { createWebhookClient } from "./webhook-client.ts";
import type { WebhookClient } from "./webhook-client.ts";

/** The part of a simulator that tells others of changes. */
export type Notifications = {
  /** By id. */
  readonly subscriptions: Map<string, Subscription>;
  readonly faults: NotificationFaults;
  readonly outbox: Outbox;
  readonly webhooks: WebhookClient;
  close(): void;
};

/** Nothing is subscribed yet. Endpoints are trusted by `ca` (PEM). */
export function createNotifications(
  clock: Clock,
  ca: string,
  switches: () => NotificationSwitches,
): Notifications {
  const subscriptions = new Map<string, Subscription>();
  const webhooks = createWebhookClient(ca);
  const outbox = new Outbox({
    clock,
    webhooks,
    switches,
    // Whoever was removed is still told so. After the expiry nobody is told anything.
    isWanted: (kind, { subscription }) =>
      subscription.expires > clock.now() && (kind === "lifecycle" || subscriptions.has(subscription.id)),
  });
  return {
    subscriptions,
    webhooks,
    outbox,
    faults: new NotificationFaults(),
    close: () => {
      outbox.close();
      webhooks.close();
    },
  };
}
