import { mailboxOf } from "../find.ts";
import type { World } from "../world.ts";
import type { AwaitedDelivery, Delivery } from "./delivery-log.ts";
import type { NotificationFault } from "./notification-faults.ts";
import { outcomeOf } from "./outbox.ts";
import type { WaitingDelivery } from "./outbox.ts";
import type { EndpointState } from "./endpoint-health.ts";
import { activeSubscriptions, formatExpiry, renderSubscription, subscriptionOf } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";

const lifecycleEvents = ["reauthorizationRequired", "subscriptionRemoved", "missed"] as const;

export type LifecycleEvent = (typeof lifecycleEvents)[number];

/** Names a subscription by its id. */
export type SubscriptionName = { readonly subscription: string };

/** Subscriptions, the notifications on their way, and the requests that were made of them. */
export function notificationOperations(world: World) {
  return {
    /** All subscriptions, or those to one mailbox, with their clientState. */
    subscriptions({ mailbox }: { readonly mailbox?: string } = {}) {
      const only = mailbox === undefined ? null : mailboxOf(world, mailbox);
      return activeSubscriptions(world)
        .filter((each) => only === null || each.mailbox === only)
        .map((each) => ({
          ...renderSubscription(each, true),
          id: each.id,
          tenantId: each.tenant.id,
          mailbox: each.mailbox.userPrincipalName,
          isPaused: each.isPaused,
        }));
    },

    /** Takes a subscription away and tells nobody. */
    removeSubscription({ subscription }: SubscriptionName): void {
      world.notifications.subscriptions.delete(subscriptionOf(world, subscription).id);
    },

    /**
     * Sends a lifecycle event. `subscriptionRemoved` removes, too; `pauses` stops the notifications until the
     * subscription is renewed or reauthorized. @throws Error where it has no lifecycleNotificationUrl
     */
    sendLifecycleEvent(
      input: SubscriptionName & { readonly event: LifecycleEvent; readonly pauses?: boolean },
    ): void {
      const subscription = subscriptionOf(world, input.subscription);
      const url = subscription.lifecycleNotificationUrl;
      if (url === null) throw new Error(`Subscription ${subscription.id} has no lifecycleNotificationUrl.`);
      if (!lifecycleEvents.includes(input.event)) throw new Error(`There is no "${input.event}".`);
      if (input.event === "subscriptionRemoved") world.notifications.subscriptions.delete(subscription.id);
      subscription.isPaused ||= input.pauses ?? false;
      const body = renderLifecycleEvent(subscription, input.event);
      world.notifications.outbox.add({ kind: "lifecycle", url, notifications: [{ subscription, body }] }, 0);
    },

    /** Lays a fault of notifications in wait. */
    addNotificationFault(fault: NotificationFault): void {
      world.notifications.faults.add(fault);
    },

    removeNotificationFaults(): void {
      world.notifications.faults.clear();
    },

    /** POSTs anything to an endpoint, as somebody who is not Microsoft may. Text goes as it stands. */
    async forgeDelivery(input: {
      readonly url: string;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }): Promise<Delivery> {
      const at = new Date(world.clock.now()).toISOString();
      const answer = await world.notifications.webhooks.post({
        url: input.url,
        contentType: "application/json; charset=utf-8",
        body: typeof input.body === "string" ? input.body : JSON.stringify(input.body),
        ...(input.headers === undefined ? {} : { headers: input.headers }),
        timeoutMs: world.switches.slowResponseMs,
      });
      return world.notifications.outbox.log.record({
        kind: "forged",
        url: input.url,
        at,
        attempt: 1,
        subscriptions: [],
        body: input.body,
        ...outcomeOf(answer),
        retryAt: null,
      });
    },

    /** The newest requests to endpoints, in the order of their answers. */
    deliveries(): readonly Delivery[] {
      return world.notifications.outbox.log.list();
    },

    /** The first such delivery, once it was answered or given up. @throws Error when none came in time */
    awaitDelivery(wanted: AwaitedDelivery = {}): Promise<Delivery> {
      return world.notifications.outbox.log.next(wanted);
    },

    /** What is still to be sent, retries included. */
    waitingDeliveries(): readonly WaitingDelivery[] {
      return world.notifications.outbox.waiting();
    },

    /** How the service thinks of an endpoint's host. */
    endpointState({ url }: { readonly url: string }): EndpointState {
      return world.notifications.outbox.health.state(url, world.clock.now());
    },
  };
}

function renderLifecycleEvent(subscription: Subscription, event: LifecycleEvent): Record<string, unknown> {
  return {
    lifecycleEvent: event,
    subscriptionId: subscription.id,
    subscriptionExpirationDateTime: formatExpiry(subscription.expires).replace("Z", "+00:00"),
    clientState: subscription.clientState,
    tenantId: subscription.tenant.id,
  };
}
