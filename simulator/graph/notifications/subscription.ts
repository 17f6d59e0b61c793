import type { AppRegistration, Mailbox, Tenant } from "../model.ts";
import type { World } from "../world.ts";

const changeTypes = ["created", "updated", "deleted"] as const;

export type ChangeType = (typeof changeTypes)[number];

/** A subscription of one app in one tenant to the events of one mailbox. */
export type Subscription = {
  /** GUID. */
  readonly id: string;
  /** In the order of creation, for paging. */
  readonly number: number;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly mailbox: Mailbox;
  /** As sent. */
  readonly resource: string;
  /** As sent. */
  readonly changeType: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly clientState: string | null;
  readonly latestSupportedTlsVersion: string;
  /** Notifications name events by their immutable ids. */
  readonly immutableIds: boolean;
  /** Epoch milliseconds. */
  expires: number;
  /** The last renewal or reauthorization: the other one has to keep its distance. */
  authorized: { readonly by: "renewal" | "reauthorization"; readonly at: number } | null;
  /** Nothing is told until it is renewed or reauthorized. */
  isPaused: boolean;
};

/** The change types of a list such as `created,updated`; null where it names something else. */
export function readChangeTypes(list: string): readonly ChangeType[] | null {
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  const known = changeTypes.filter((type) => names.includes(type));
  return known.length === new Set(names).size ? known : null;
}

/** The subscriptions that have not expired, oldest first. Expired ones are forgotten. */
export function activeSubscriptions(world: World): readonly Subscription[] {
  const now = world.clock.now();
  for (const { id, expires } of world.notifications.subscriptions.values()) {
    if (expires <= now) world.notifications.subscriptions.delete(id);
  }
  return [...world.notifications.subscriptions.values()];
}

/** A subscription for control calls. @throws Error where there is none */
export function subscriptionOf(world: World, id: string): Subscription {
  const found = activeSubscriptions(world).find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no subscription "${id}".`);
  return found;
}

/** An instant (epoch ms) as Graph writes it: seven fractional digits, UTC. */
export function formatExpiry(instant: number): string {
  return new Date(instant).toISOString().replace("Z", "0000Z");
}

/** A subscription as Graph shows it. Only the answer to its creation repeats the clientState. */
export function renderSubscription(subscription: Subscription, isNew: boolean): Record<string, unknown> {
  const { app, id, resource, changeType, notificationUrl, lifecycleNotificationUrl } = subscription;
  return {
    id,
    resource,
    applicationId: app.clientId,
    changeType,
    clientState: isNew ? subscription.clientState : null,
    notificationUrl,
    notificationQueryOptions: null,
    lifecycleNotificationUrl,
    expirationDateTime: formatExpiry(subscription.expires),
    creatorId: `${app.clientId.slice(0, 24)}${subscription.tenant.id.slice(24)}`,
    includeResourceData: null,
    latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
    encryptionCertificate: null,
    encryptionCertificateId: null,
    notificationUrlAppId: null,
    notificationContentType: "application/json",
  };
}
