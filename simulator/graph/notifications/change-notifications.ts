import { changeKeyOf } from "../ids.ts";
import type { Item, Mailbox } from "../model.ts";
import { switchesFor } from "../world.ts";
import type { World } from "../world.ts";
import { activeSubscriptions, readChangeTypes } from "./subscription.ts";
import type { ChangeType, Subscription } from "./subscription.ts";

/** Tells everybody who has subscribed to a mailbox's events of a change in one of its calendars. */
export function notifyOfChange(world: World, mailbox: Mailbox, item: Item, change: ChangeType): void {
  if (world.notifications.subscriptions.size === 0) return;
  const { createdAlsoUpdated, notificationDelayMs } = switchesFor(world, mailbox);
  const told: readonly ChangeType[] =
    change === "created" && createdAlsoUpdated ? ["created", "updated"] : [change];
  for (const subscription of activeSubscriptions(world)) {
    if (subscription.mailbox !== mailbox || subscription.isPaused) continue;
    const wanted = readChangeTypes(subscription.changeType) ?? [];
    for (const changeType of told.filter((each) => wanted.includes(each))) {
      send(world, subscription, item, changeType, notificationDelayMs);
    }
  }
}

function send(
  world: World,
  subscription: Subscription,
  item: Item,
  changeType: ChangeType,
  delayMs: number,
): void {
  const effect = world.notifications.faults.strike(subscription, changeType);
  if (effect?.kind === "lose") return;
  const notification = {
    subscription,
    body: renderNotification(world, subscription, item, changeType),
  };
  const parcel = {
    kind: "notifications",
    url: subscription.notificationUrl,
    notifications: [notification],
  } as const;
  world.notifications.outbox.add(parcel, delayMs + (effect?.kind === "delay" ? effect.ms : 0));
  if (effect?.kind === "duplicate") world.notifications.outbox.add(parcel, delayMs);
}

function renderNotification(
  world: World,
  subscription: Subscription,
  item: Item,
  changeType: ChangeType,
): Record<string, unknown> {
  const { id, expires, clientState, tenant, mailbox, immutableIds } = subscription;
  const eventId = immutableIds ? item.immutableId : item.id;
  const user = `${mailbox.objectId}@${tenant.id}`;
  return {
    id: world.identifiers.hash(`notification ${world.identifiers.next()}`).slice(0, 13),
    subscriptionId: id,
    subscriptionExpirationDateTime: new Date(expires).toISOString(),
    clientState,
    changeType,
    resource: `Users/${user}/Events/${eventId}`,
    tenantId: tenant.id,
    resourceData: {
      "@odata.type": "#Microsoft.Graph.Event",
      "@odata.id": `Users/${user}/Events/${eventId}`,
      "@odata.etag": `W/"${changeKeyOf(item)}"`,
      id: eventId,
    },
  };
}
