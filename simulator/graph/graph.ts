import { authenticate } from "./access-token.ts";
import type { GraphRequest } from "./graph-request.ts";
import { mailRecipients } from "./mail.ts";
import type { AppRegistration, Cloud, Mailbox, Tenant } from "./model.ts";
import { answerSubscriptions, subscriptionRoute } from "./notifications/subscription-requests.ts";
import { readPreferences } from "./prefer.ts";
import { GraphRefusal } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { matchRoute } from "./routes.ts";
import type { Switches } from "./switches.ts";
import { switchesFor } from "./world.ts";
import type { World } from "./world.ts";

/** A request to Graph as it came in. */
export type IncomingGraphRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly prefer: string | undefined;
  readonly body: string;
};

/** A request that was understood: the limits it comes under, and its answer. */
export type PreparedGraphRequest = {
  /** Null where the limits of mailboxes do not apply. */
  readonly throttleKey: string | null;
  readonly switches: Switches;
  readonly answer: () => Reply | Promise<Reply>;
};

const subscriptionsPath = /^\/v1\.0\/subscriptions(\/.*)?$/i;

/** The name of a path for counting. */
export function graphRoute(path: string): string {
  const subscription = subscriptionsPath.exec(path);
  if (subscription !== null) return subscriptionRoute(subscription[1] ?? "");
  const below = /^\/v1\.0\/users\/[^/]+(\/.*)?$/i.exec(path);
  if (below === null) return "/other";
  const rest = below[1] ?? "";
  return `/users/{user}${matchRoute(rest)?.route.template ?? rest.replace(/(event|calendar)s\/[^/]+/gi, "$1s/{$1}")}`;
}

/** Finds out whose request it is and what it asks for. @throws GraphRefusal */
export function prepareGraphRequest(
  world: World,
  cloud: Cloud,
  incoming: IncomingGraphRequest,
): PreparedGraphRequest {
  const { tenant, app } = authenticate(world, cloud, incoming.authorization);
  const subscription = subscriptionsPath.exec(incoming.path);
  if (subscription !== null) {
    const asked = { ...incoming, world, cloud, tenant, app, path: subscription[1] ?? "" };
    return { throttleKey: null, switches: world.switches, answer: () => answerSubscriptions(asked) };
  }
  const parts = /^\/([^/]+)\/([^/]+)(?:\/([^/]+))?(\/.*)?$/.exec(incoming.path);
  if (parts?.[1]?.toLowerCase() !== "v1.0") throw new GraphRefusal(400, "BadRequest", "Invalid version.");
  if (parts[2]?.toLowerCase() === "me") {
    throw new GraphRefusal(
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
  }
  if (parts[2]?.toLowerCase() !== "users" || parts[3] === undefined) {
    if (incoming.method !== "GET") world.counters.countWrite(null);
    throw new GraphRefusal(
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    );
  }
  const mailbox = findMailbox(tenant, decodeURIComponent(parts[3]));
  const path = parts[4] ?? "";
  return {
    throttleKey: `${app.clientId} ${mailbox.userPrincipalName}`,
    switches: switchesFor(world, mailbox),
    answer: () => answer(request(world, cloud, app, mailbox, incoming), incoming, path),
  };
}

type Base = Omit<GraphRequest, "calendar" | "isCalendarNamed" | "eventId" | "switches">;

function request(
  world: World,
  cloud: Cloud,
  app: AppRegistration,
  mailbox: Mailbox,
  incoming: IncomingGraphRequest,
): Base {
  const preferences = readPreferences(incoming.prefer);
  return { world, cloud, app, mailbox, path: incoming.path, query: incoming.query, preferences };
}

function answer(base: Base, incoming: IncomingGraphRequest, path: string): Reply {
  const { world, app, mailbox } = base;
  const match = matchRoute(path);
  const { access, settings } = switchesFor(world, mailbox);
  if (access === "not-enabled") {
    throw new GraphRefusal(
      404,
      "MailboxNotEnabledForRESTAPI",
      "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
  }
  if (incoming.method !== "GET") {
    // Whatever is written, the answer is no; what mail it would have cost is remembered all the same.
    const eventId = /\/events\/([^/]+)/i.exec(path)?.[1];
    const recipients = mailRecipients(
      complete(base, null, eventId === undefined ? "" : decodeURIComponent(eventId)),
      incoming.method,
      incoming.body,
    );
    const mail = {
      at: world.clock.now(),
      mailbox: mailbox.userPrincipalName,
      method: incoming.method,
      url: incoming.path,
      recipients,
    };
    world.counters.countWrite(recipients.length > 0 ? mail : null);
    throw accessDenied("Access is denied. Check credentials and try again.");
  }
  if (access === "policy") throw accessDenied("Access to OData is disabled.");
  if (match === null) {
    const segment = path.split("/").at(-1) ?? "";
    throw new GraphRefusal(400, "BadRequest", `Resource not found for the segment '${segment}'.`);
  }
  const { permission } = match.route;
  if (
    (settings === "denied" && permission === "MailboxSettings.Read") ||
    ![permission, permission.replace(".Read", ".ReadWrite")].some((each) => app.permissions.includes(each))
  ) {
    throw accessDenied("Access is denied. Check credentials and try again.");
  }
  return match.route.answer(complete(base, match.calendarId, match.eventId ?? ""));
}

function complete(base: Base, calendarId: string | null, eventId: string): GraphRequest {
  const { world, mailbox } = base;
  const calendar = mailbox.calendars.find((each) =>
    calendarId === null ? each.isDefault : each.id === calendarId,
  );
  if (calendar === undefined) {
    throw new GraphRefusal(404, "ErrorItemNotFound", "The specified object was not found in the store.");
  }
  return {
    ...base,
    calendar,
    isCalendarNamed: calendarId !== null,
    eventId,
    switches: switchesFor(world, mailbox, calendar),
  };
}

/** Names of users are case-insensitive; a mailbox of another tenant does not exist. */
function findMailbox(tenant: Tenant, user: string): Mailbox {
  const wanted = user.toLowerCase();
  const mailbox = tenant.mailboxes.find(
    ({ objectId, userPrincipalName }) => objectId === wanted || userPrincipalName.toLowerCase() === wanted,
  );
  if (mailbox !== undefined) return mailbox;
  throw new GraphRefusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${user}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

function accessDenied(message: string): GraphRefusal {
  return new GraphRefusal(403, "ErrorAccessDenied", message);
}
