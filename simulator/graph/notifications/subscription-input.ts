import type { Mailbox, Tenant } from "../model.ts";
import { GraphRefusal } from "../reply.ts";
import type { Switches } from "../switches.ts";
import { readChangeTypes } from "./subscription.ts";

const minuteMs = 60_000;
const minutesLeast = 45;
const clientStateMax = 128;

const properties = new Set([
  "changeType",
  "notificationUrl",
  "lifecycleNotificationUrl",
  "resource",
  "expirationDateTime",
  "clientState",
  "latestSupportedTlsVersion",
]);

/** What a creation asks for, checked as far as it can be without looking at anything else. */
export type NewSubscription = {
  readonly changeType: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly resource: string;
  readonly clientState: string | null;
  readonly latestSupportedTlsVersion: string;
  readonly expirationDateTime: string;
};

/** Reads the body of a creation. @throws GraphRefusal 400 */
export function readNewSubscription(text: string): NewSubscription {
  const body = readObject(text);
  if (Object.keys(body).some((name) => !properties.has(name))) throw unreadable();
  const changeType = required(body, "changeType");
  if (readChangeTypes(changeType) === null) {
    throw invalid(`The changeType '${changeType}' is not created, updated, deleted or a list of them.`);
  }
  const clientState = optional(body, "clientState");
  if (clientState !== null && clientState.length > clientStateMax) {
    throw invalid(`clientState must be no longer than ${clientStateMax} characters.`);
  }
  const lifecycle = optional(body, "lifecycleNotificationUrl");
  return {
    changeType,
    notificationUrl: requireHttps("notificationUrl", required(body, "notificationUrl")),
    lifecycleNotificationUrl: lifecycle === null ? null : requireHttps("lifecycleNotificationUrl", lifecycle),
    resource: required(body, "resource"),
    clientState,
    latestSupportedTlsVersion: optional(body, "latestSupportedTlsVersion") ?? "v1_2",
    expirationDateTime: required(body, "expirationDateTime"),
  };
}

/** Reads the body of a renewal: nothing but the new expiry can be changed. @throws GraphRefusal 400 */
export function readRenewal(text: string): string {
  const body = readObject(text);
  const other = Object.keys(body).find((name) => name !== "expirationDateTime");
  if (other !== undefined) throw invalid(`The property '${other}' of a subscription cannot be updated.`);
  return required(body, "expirationDateTime");
}

/** When a subscription will end (epoch ms), which need not be what was asked for. @throws GraphRefusal 400 */
export function grantExpiry(wanted: string, now: number, switches: Switches): number {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})$/i.test(wanted);
  const asked = form ? Date.parse(wanted) : Number.NaN;
  if (Number.isNaN(asked)) throw unreadable();
  if (asked <= now) throw invalid("Subscription expiration must be in the future.");
  const { subscriptionMinutesMax: most, subscriptionMinutesGranted: granted } = switches;
  const longest = now + most * minuteMs;
  if (asked > longest && switches.expiryBeyondMax === "refused") {
    throw new GraphRefusal(
      400,
      "ExtensionError",
      `Subscription expiration can only be ${most} minutes in the future.`,
    );
  }
  const expiry = Math.min(Math.max(asked, now + minutesLeast * minuteMs), longest);
  return granted === null ? expiry : Math.min(expiry, now + granted * minuteMs);
}

/** The mailbox whose events a resource names: `/users/{id or name}/events`. @throws GraphRefusal 400 or 404 */
export function findSubscribed(resource: string, tenant: Tenant): Mailbox {
  const parts = /^\/?users\/([^/?]+)\/events\/?$/i.exec(resource);
  if (parts === null) throw invalid(`The resource '${resource}' does not support change notifications here.`);
  const wanted = (parts[1] ?? "").toLowerCase();
  const mailbox = tenant.mailboxes.find(({ objectId, userPrincipalName }) =>
    [objectId, userPrincipalName, encodeURIComponent(userPrincipalName)].some(
      (name) => name.toLowerCase() === wanted,
    ),
  );
  if (mailbox !== undefined) return mailbox;
  throw new GraphRefusal(
    404,
    "ExtensionError",
    "Operation: Create; Exception: [Status Code: NotFound; Reason: The requested user is invalid.]",
  );
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  throw new GraphRefusal(400, "BadRequest", "Unable to read JSON request payload.");
}

function required(body: Record<string, unknown>, name: string): string {
  const value = optional(body, name);
  if (value !== null && value !== "") return value;
  throw invalid(`${name} is a required property for subscription creation`);
}

function optional(body: Record<string, unknown>, name: string): string | null {
  const value = body[name] ?? null;
  if (value === null || typeof value === "string") return value;
  throw unreadable();
}

function requireHttps(name: string, value: string): string {
  if (URL.canParse(value) && new URL(value).protocol === "https:") return value;
  throw invalid(`The ${name} '${value}' must be an absolute https URL.`);
}

function unreadable(): GraphRefusal {
  return invalid(
    "Could not process subscription creation payload. Are all property names spelled and camelCased properly?",
  );
}

function invalid(message: string): GraphRefusal {
  return new GraphRefusal(400, "InvalidRequest", message);
}
