import { DavFault } from "./dav-fault.ts";
import { firstProperty, propertiesNamed, type IcalComponent, type IcalProperty } from "./ical-text.ts";

/** A scheduling message that the server would deliver. `mailed` is false where the change is insignificant. */
export type SchedulingMessage = {
  readonly method: "REQUEST" | "CANCEL" | "REPLY";
  readonly from: string;
  readonly to: string;
  readonly uid: string;
  readonly mailed: boolean;
};

/** What differs between sabre's broker and RFC 6638 to the letter. */
export type BrokerRules = {
  /** RFC 6638 7.1: NONE means nobody sends anything. vobject tests only for CLIENT. */
  readonly agentNoneHonoured: boolean;
};

type Attendee = { readonly href: string; readonly instances: Map<string, string> };
type EventInfo = {
  readonly organizer: string | undefined;
  readonly organizerAgent: string;
  readonly uid: string;
  readonly status: string | undefined;
  readonly significant: string;
  readonly exdates: readonly string[];
  readonly attendees: ReadonlyMap<string, Attendee>;
};

const significantProperties = ["DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE", "STATUS"];

/**
 * Decides whom a change would make the server write to: the rules of vobject's `ITip\Broker::parseEvent`.
 * `after` is null for a deletion. `addresses` are the owner's calendar user addresses.
 *
 * @throws DavFault 500 where organizers differ within one object.
 */
export function schedulingMessages(
  before: IcalComponent | null,
  after: IcalComponent | null,
  addresses: readonly string[],
  rules: BrokerRules,
): SchedulingMessage[] {
  const old = before ? eventInfo(before, rules) : undefined;
  const current = after ? eventInfo(after, rules) : old;
  if (!current) return [];
  const organizer = current.organizer ?? old?.organizer;
  if (organizer === undefined) return [];
  if (current.attendees.size === 0 && (old?.attendees.size ?? 0) === 0) return [];
  if (addresses.includes(organizer))
    return organizerMessages(old, after ? current : undefined, organizer, current.uid);
  const me = [...current.attendees.values()].find((attendee) => addresses.includes(attendee.href));
  if (!me) return [];
  if (!old && ![...me.instances.values()].some((partstat) => partstat !== "NEEDS-ACTION")) return [];
  return attendeeReply(old, current, me, organizer, after === null);
}

function organizerMessages(
  old: EventInfo | undefined,
  current: EventInfo | undefined,
  organizer: string,
  uid: string,
): SchedulingMessage[] {
  const hrefs = new Set([...(old?.attendees.keys() ?? []), ...(current?.attendees.keys() ?? [])]);
  hrefs.delete(organizer);
  return [...hrefs].map((href) => {
    const now = current?.attendees.get(href);
    if (!now || current?.status === "CANCELLED")
      return { method: "CANCEL", from: organizer, to: href, uid, mailed: true };
    const then = old?.attendees.get(href);
    const sameInstances =
      [...now.instances.keys()].toSorted().join() === [...(then?.instances.keys() ?? [])].toSorted().join();
    const mailed = !sameInstances || old?.significant !== current?.significant;
    return { method: "REQUEST", from: organizer, to: href, uid, mailed };
  });
}

function attendeeReply(
  old: EventInfo | undefined,
  current: EventInfo,
  me: Attendee,
  organizer: string,
  deleted: boolean,
): SchedulingMessage[] {
  if (current.organizerAgent !== "SERVER" || current.status === "CANCELLED") return [];
  const then = old?.attendees.get(me.href)?.instances ?? new Map<string, string>();
  const now = deleted ? new Map([["master", "DECLINED"]]) : new Map(me.instances);
  if (now.has("master") && now.get("master") !== "DECLINED") {
    for (const exdate of current.exdates) if (!old?.exdates.includes(exdate)) now.set(exdate, "DECLINED");
  }
  const ids = new Set([...then.keys(), ...now.keys()]);
  const changed = [...ids].some((id) => then.get(id) !== now.get(id));
  return changed ? [{ method: "REPLY", from: me.href, to: organizer, uid: current.uid, mailed: true }] : [];
}

function eventInfo(calendar: IcalComponent, rules: BrokerRules): EventInfo | undefined {
  const events = calendar.components.filter((component) => component.name === "VEVENT");
  const first = events[0];
  if (!first) return undefined;
  const organizers = events.flatMap((event) => firstProperty(event, "ORGANIZER") ?? []);
  if (new Set(organizers.map((organizer) => normalizedAddress(organizer).toUpperCase())).size > 1) {
    throw new DavFault(
      500,
      "Sabre\\VObject\\ITip\\SameOrganizerForAllComponentsException",
      "Every instance of the event must have the same organizer.",
    );
  }
  const lastOrganizer = organizers.at(-1);
  const exdates = events
    .flatMap((event) => propertiesNamed(event, "EXDATE"))
    .flatMap((exdate) => exdate.value.split(","))
    .toSorted();
  return {
    organizer: organizers[0] && normalizedAddress(organizers[0]),
    organizerAgent: lastOrganizer ? agentOf(lastOrganizer, rules) : "SERVER",
    uid: firstProperty(first, "UID")?.value ?? "",
    status: events
      .map((event) => firstProperty(event, "STATUS")?.value.toUpperCase())
      .findLast((status) => status),
    significant: events.map(significantPart).toSorted().join("|"),
    exdates,
    attendees: attendeesOf(events, rules),
  };
}

function attendeesOf(events: readonly IcalComponent[], rules: BrokerRules): Map<string, Attendee> {
  const attendees = new Map<string, Attendee>();
  for (const event of events) {
    const instance = firstProperty(event, "RECURRENCE-ID")?.value ?? "master";
    for (const written of propertiesNamed(event, "ATTENDEE")) {
      if (agentOf(written, rules) !== "SERVER") continue;
      const href = normalizedAddress(written);
      const attendee = attendees.get(href) ?? { href, instances: new Map<string, string>() };
      attendee.instances.set(instance, written.params.get("PARTSTAT")?.[0]?.toUpperCase() ?? "NEEDS-ACTION");
      attendees.set(href, attendee);
    }
  }
  return attendees;
}

function agentOf(written: IcalProperty, rules: BrokerRules): string {
  const agent = written.params.get("SCHEDULE-AGENT")?.[0]?.toUpperCase() ?? "SERVER";
  if (agent === "CLIENT") return agent;
  return agent === "NONE" && rules.agentNoneHonoured ? agent : "SERVER";
}

function significantPart(event: IcalComponent): string {
  return significantProperties
    .map(
      (name) =>
        `${name}:${propertiesNamed(event, name)
          .map((found) => found.value.replace(/;?INTERVAL=1(?=;|$)/, ""))
          .join()}`,
    )
    .join(";");
}

/** `mailto:` addresses in lower case, anything else as written. */
function normalizedAddress(written: IcalProperty): string {
  return /^mailto:/i.test(written.value) ? written.value.toLowerCase() : written.value;
}
