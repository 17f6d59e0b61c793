import type { AppRegistration, Cloud, Mailbox, Tenant } from "../model.ts";
import { readPreferences } from "../prefer.ts";
import { refuseUnknownOptions } from "../query.ts";
import { GraphRefusal, jsonReply } from "../reply.ts";
import type { Reply } from "../reply.ts";
import type { Switches } from "../switches.ts";
import { switchesFor } from "../world.ts";
import type { World } from "../world.ts";
import { validateEndpoint } from "./handshake.ts";
import { activeSubscriptions, readChangeTypes, renderSubscription } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";
import { findSubscribed, grantExpiry, readNewSubscription, readRenewal } from "./subscription-input.ts";
import type { NewSubscription } from "./subscription-input.ts";

const authorizationDistanceMs = 600_000;

/** A request to `/v1.0/subscriptions` or below, let in with an app's token. */
export type SubscriptionRequest = {
  readonly world: World;
  readonly cloud: Cloud;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly method: string;
  /** Path below `/subscriptions`: empty, `/{id}` or `/{id}/reauthorize`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly prefer: string | undefined;
  readonly body: string;
};

/** The name of a path below `/v1.0/subscriptions` for counting. */
export function subscriptionRoute(path: string): string {
  return `/subscriptions${path.replace(/^\/[^/]+/, "/{subscription}")}`;
}

/** Creates, shows, renews, reauthorizes and deletes subscriptions. @throws GraphRefusal */
export async function answerSubscriptions(request: SubscriptionRequest): Promise<Reply> {
  requirePermission(request);
  const [id, action] = request.path.split("/").slice(1);
  switch (`${request.method} ${subscriptionRoute(request.path)}`.toLowerCase()) {
    case "get /subscriptions":
      return list(request);
    case "post /subscriptions":
      return await create(request);
    case "get /subscriptions/{subscription}":
      return entityReply(request, find(request, id), 200);
    case "patch /subscriptions/{subscription}":
      return await renew(request, find(request, id));
    case "delete /subscriptions/{subscription}":
      request.world.notifications.subscriptions.delete(find(request, id).id);
      return noContent;
    case "post /subscriptions/{subscription}/reauthorize":
      await authorizeAgain(request, find(request, id), "reauthorization");
      return noContent;
    default:
      throw new GraphRefusal(400, "BadRequest", `Resource not found for the segment '${action ?? id}'.`);
  }
}

const noContent: Reply = { status: 204, headers: {}, body: "" };

function requirePermission({ app, world }: SubscriptionRequest): void {
  const isGranted = ["Calendars.Read", "Calendars.ReadWrite"].some((each) => app.permissions.includes(each));
  if (isGranted && (app.rolesInToken || world.switches.subscribingByRbac === "granted")) return;
  throw new GraphRefusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}

async function create(request: SubscriptionRequest): Promise<Reply> {
  const { world, tenant, app } = request;
  const input = readNewSubscription(request.body);
  const { immutableIds } = readPreferences(request.prefer);
  const mailbox = findSubscribed(input.resource, tenant);
  const switches = switchesFor(world, mailbox);
  grantExpiry(input.expirationDateTime, world.clock.now(), switches);
  requireAccess(switches);
  refuseDuplicate(request, mailbox, input, switches);
  await validateEndpoints(world, input, switches);
  // Others may have come in while the endpoints were asked.
  refuseDuplicate(request, mailbox, input, switches);
  const { expirationDateTime, ...rest } = input;
  const subscription: Subscription = {
    ...rest,
    tenant,
    app,
    mailbox,
    immutableIds,
    id: world.identifiers.guid(),
    number: world.identifiers.next(),
    expires: grantExpiry(expirationDateTime, world.clock.now(), switches),
    authorized: null,
    isPaused: false,
  };
  world.notifications.subscriptions.set(subscription.id, subscription);
  return entityReply(request, subscription, 201);
}

/** What Exchange says of the mailbox, in the wrapping that subscriptions give it. */
function requireAccess({ access }: Switches): void {
  if (access === "granted") return;
  const [status, name, reason] =
    access === "policy"
      ? ([403, "Forbidden", "Access to OData is disabled."] as const)
      : ([
          404,
          "NotFound",
          "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        ] as const);
  throw new GraphRefusal(
    status,
    "ExtensionError",
    `Operation: Create; Exception: [Status Code: ${name}; Reason: ${reason}]`,
  );
}

function refuseDuplicate(
  { world, tenant, app }: SubscriptionRequest,
  mailbox: Mailbox,
  { changeType }: NewSubscription,
  switches: Switches,
): void {
  const others = activeSubscriptions(world).filter((each) => each.mailbox === mailbox);
  const types = String(readChangeTypes(changeType));
  const same = others.find(
    (each) => isOwn(each, tenant, app) && String(readChangeTypes(each.changeType)) === types,
  );
  if (same !== undefined && switches.duplicateSubscriptions === "refused") {
    throw new GraphRefusal(
      409,
      "Conflict",
      `Subscription Id ${same.id} already exists for the requested combination`,
    );
  }
  if (others.length >= switches.subscriptionsPerMailboxMax) {
    throw new GraphRefusal(
      403,
      "ExtensionError",
      "Operation: Create; Exception: [Status Code: Forbidden; Reason: The subscription quota of the mailbox is exceeded.]",
    );
  }
}

async function validateEndpoints(
  world: World,
  {
    notificationUrl,
    lifecycleNotificationUrl,
  }: Pick<Subscription, "notificationUrl" | "lifecycleNotificationUrl">,
  switches: Switches,
): Promise<void> {
  await validateEndpoint(world, notificationUrl, switches);
  if (lifecycleNotificationUrl !== null) await validateEndpoint(world, lifecycleNotificationUrl, switches);
}

async function renew(request: SubscriptionRequest, subscription: Subscription): Promise<Reply> {
  const { world } = request;
  const wanted = readRenewal(request.body);
  const expires = grantExpiry(wanted, world.clock.now(), switchesFor(world, subscription.mailbox));
  await authorizeAgain(request, subscription, "renewal");
  subscription.expires = expires;
  return entityReply(request, subscription, 200);
}

/** Renewing and reauthorizing do not go together within ten minutes. */
async function authorizeAgain(
  { world }: SubscriptionRequest,
  subscription: Subscription,
  by: "renewal" | "reauthorization",
): Promise<void> {
  const now = world.clock.now();
  const last = subscription.authorized;
  if (last !== null && last.by !== by && now - last.at < authorizationDistanceMs) {
    throw new GraphRefusal(409, "Conflict", `The subscription has just undergone ${last.by}.`);
  }
  const switches = switchesFor(world, subscription.mailbox);
  requireAccess(switches);
  if (switches.renewalValidated) await validateEndpoints(world, subscription, switches);
  subscription.authorized = { by, at: now };
  subscription.isPaused = false;
}

function list(request: SubscriptionRequest): Reply {
  const { world, cloud, tenant, app, query } = request;
  refuseUnknownOptions(query, ["$skiptoken"]);
  const token = query.get("$skiptoken") ?? "U3Vi+0=";
  const after = /^U3Vi\+(\d+)=$/.exec(token)?.[1];
  if (after === undefined) throw new GraphRefusal(400, "BadRequest", "Badly formed token in '$skiptoken'.");
  const rest = activeSubscriptions(world).filter(
    (each) => isOwn(each, tenant, app) && each.number > Number(after),
  );
  const page = rest.slice(0, world.switches.subscriptionPageSize);
  const nextToken = encodeURIComponent(`U3Vi+${page.at(-1)?.number}=`);
  return jsonReply({
    "@odata.context": `${cloud.graph}/v1.0/$metadata#subscriptions`,
    value: page.map((subscription) => renderSubscription(subscription, false)),
    ...(page.length < rest.length
      ? { "@odata.nextLink": `${cloud.graph}/v1.0/subscriptions?$skiptoken=${nextToken}` }
      : {}),
  });
}

/** The app's own subscription in this tenant; another's is not there. */
function find({ world, tenant, app }: SubscriptionRequest, id: string | undefined): Subscription {
  const found = activeSubscriptions(world).find((each) => each.id === id);
  if (found !== undefined && isOwn(found, tenant, app)) return found;
  throw new GraphRefusal(404, "ResourceNotFound", "The object was not found.");
}

function isOwn(subscription: Subscription, tenant: Tenant, app: AppRegistration): boolean {
  return subscription.tenant === tenant && subscription.app.clientId === app.clientId;
}

function entityReply({ cloud }: SubscriptionRequest, subscription: Subscription, status: 200 | 201): Reply {
  const context = { "@odata.context": `${cloud.graph}/v1.0/$metadata#subscriptions/$entity` };
  return {
    ...jsonReply({ ...context, ...renderSubscription(subscription, status === 201) }),
    status,
  };
}
