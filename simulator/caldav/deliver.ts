import { randomUUID } from "node:crypto";
import { storeObject } from "./calendar-store.ts";
import { indexObject } from "./ical-index.ts";
import { firstProperty, parseIcal, property, serializeIcal, type IcalComponent } from "./ical-text.ts";
import { schedulingMessages, type SchedulingMessage } from "./scheduling.ts";
import { addressesOf, type DavRequest, type ServerContext } from "./server-context.ts";
import { calendarOf, type Account, type Calendar } from "./state.ts";

/**
 * Runs implicit scheduling for a change by that account: counts the mail, fills inboxes and calendars of local
 * users. Returns the messages; the caller marks the stored body where there were any.
 *
 * `Schedule-Reply: F` silences sabre altogether, but by RFC 6638 8.1 only an attendee's replies.
 */
export function schedule(
  context: ServerContext,
  request: DavRequest,
  account: Account,
  before: IcalComponent | null,
  after: IcalComponent | null,
): SchedulingMessage[] {
  if (!context.switches.scheduling) return [];
  const silenced = request.headers["schedule-reply"] === "F";
  if (silenced && context.persona === "baikal") return [];
  const rules = { agentNoneHonoured: context.persona !== "baikal" };
  const messages = schedulingMessages(before, after, addressesOf(context, account), rules).filter(
    (message) => !(silenced && message.method === "REPLY"),
  );
  for (const message of messages) {
    const byMail =
      message.mailed && [message.from, message.to].every((address) => address.startsWith("mailto:"));
    if (byMail && context.switches.mailing) context.activity.mail.push(message);
    deliverLocally(context, message, after ?? before);
  }
  return messages;
}

/** Marks recipients with SCHEDULE-STATUS, which is why the stored body differs from the sent one. */
export function markDelivered(
  calendar: IcalComponent,
  messages: readonly SchedulingMessage[],
  mailing: boolean,
): string {
  const status = mailing ? "1.1" : "5.2";
  const recipients = new Set(messages.map((message) => message.to));
  for (const event of calendar.components) {
    event.properties = event.properties.map((found) => {
      if (found.name !== "ATTENDEE" && found.name !== "ORGANIZER") return found;
      if (!recipients.has(/^mailto:/i.test(found.value) ? found.value.toLowerCase() : found.value))
        return found;
      const params = found.line.slice(found.name.length, found.line.length - found.value.length - 1);
      return property(`${found.name};SCHEDULE-STATUS=${status}${params}:${found.value}`);
    });
  }
  return serializeIcal(calendar);
}

function deliverLocally(
  context: ServerContext,
  message: SchedulingMessage,
  source: IcalComponent | null,
): void {
  const recipient = [...context.state.accounts.values()].find(
    (account) => `mailto:${account.email}`.toLowerCase() === message.to,
  );
  if (!recipient || !source) return;
  const name = `sabredav-${randomUUID()}.ics`;
  recipient.inbox.set(name, serializeIcal(source));
  if (message.method === "REPLY") return;
  const standing = findByUid(context, recipient, message.uid);
  if (standing && message.method === "CANCEL") {
    put(standing.calendar, standing.name, cancelled(standing.body));
  } else if (message.method === "REQUEST") {
    const calendar = standing?.calendar ?? defaultCalendar(context, recipient);
    if (calendar) put(calendar, standing?.name ?? name, serializeIcal(source));
  }
}

function put(calendar: Calendar, name: string, body: string): void {
  storeObject(calendar, name, body, indexObject(parseIcal(body)), { shareToken: false, etagByContent: true });
}

function cancelled(body: string): string {
  const calendar = parseIcal(body);
  for (const event of calendar.components.filter((component) => component.name === "VEVENT")) {
    event.properties = [
      ...event.properties.filter((candidate) => candidate !== firstProperty(event, "STATUS")),
      property("STATUS:CANCELLED"),
    ];
  }
  return serializeIcal(calendar);
}

/** The first calendar of the home that the user owns and that takes events. */
function defaultCalendar(context: ServerContext, account: Account): Calendar | undefined {
  const own = account.instances.filter((instance) => instance.shareHref === null);
  return own
    .map((instance) => calendarOf(context.state, instance))
    .find((calendar) => calendar.components.includes("VEVENT"));
}

/** Where a UID stands in an account's own calendars. */
function findByUid(
  context: ServerContext,
  account: Account,
  uid: string,
): { calendar: Calendar; name: string; body: string } | undefined {
  for (const instance of account.instances) {
    if (instance.shareHref !== null) continue;
    const calendar = calendarOf(context.state, instance);
    for (const stored of calendar.objects.values()) {
      if (stored.index.uid === uid) return { calendar, name: stored.name, body: stored.body };
    }
  }
  return undefined;
}
