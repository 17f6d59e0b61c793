import type { Component } from "./component.ts";
import { type ContentLine, contentLine, escapeText } from "./content-line.ts";
import { type DateValue, dateParameters, formatDateValue } from "./date-value.ts";
import { timeZoneBlock } from "./vtimezone.ts";

/** A VEVENT in typed form. Texts may hold anything: they are cleaned and escaped here. */
export type EventDescription = {
  readonly uid: string;
  readonly start: DateValue;
  /** Exclusive. */
  readonly end: DateValue;
  readonly recurrenceId: DateValue | null;
  /** RRULE value made of our own parts; null for none. */
  readonly rule: string | null;
  readonly excluded: readonly DateValue[];
  readonly summary: string;
  readonly description: string;
  /** The description as HTML, for clients that show it; null for none. */
  readonly html: string | null;
  readonly places: readonly Place[];
  readonly categories: readonly string[];
  /** A CSS3 colour name (RFC 7986 5.9); null for none. */
  readonly color: string | null;
  /** Instants in milliseconds since 1970. */
  readonly created: number | null;
  readonly modified: number;
  readonly status: "CONFIRMED" | "TENTATIVE" | "CANCELLED";
  readonly isTransparent: boolean;
  readonly busyStatus: "FREE" | "TENTATIVE" | "BUSY" | "OOF" | "WORKINGELSEWHERE";
  readonly classification: "PUBLIC" | "PRIVATE" | "CONFIDENTIAL";
  /** 1 highest, 9 lowest; null for none. */
  readonly priority: number | null;
  /** Minutes before the start; null for no alarm. */
  readonly alarmMinutes: number | null;
  /** An http or https address to join; anything else is left out. */
  readonly joinUrl: string | null;
};

/** Where an event takes place. Texts may be empty. */
export type Place = {
  readonly name: string;
  /** Postal address, in one line. */
  readonly address: string;
  /** Degrees, WGS84; null where it is not known. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
};

/** A VCALENDAR with these VEVENTs (one UID, master first) and a VTIMEZONE for each TZID. */
export function composeCalendar(events: readonly EventDescription[]): Component {
  const zones = new Set(events.flatMap(tzidsOf));
  const blocks = [...zones].flatMap((tzid) => timeZoneBlock(tzid)?.component ?? []);
  return {
    name: "VCALENDAR",
    lines: [
      contentLine("VERSION", "2.0"),
      contentLine("PRODID", "-//Kalends//Kalends//EN"),
      contentLine("CALSCALE", "GREGORIAN"),
    ],
    children: [...blocks, ...events.map(composeEvent)],
  };
}

function tzidsOf(event: EventDescription): string[] {
  const values = [event.start, event.end, ...event.excluded, event.recurrenceId];
  return values.flatMap((value) => (value?.form === "zoned" ? [value.tzid] : []));
}

function composeEvent(event: EventDescription): Component {
  const url = safeUrl(event.joinUrl);
  const lines = [
    text("UID", event.uid),
    instant("DTSTAMP", event.modified),
    ...(event.created === null ? [] : [instant("CREATED", event.created)]),
    instant("LAST-MODIFIED", event.modified),
    date("DTSTART", event.start),
    date("DTEND", event.end),
    ...(event.recurrenceId === null ? [] : [date("RECURRENCE-ID", event.recurrenceId)]),
    ...(event.rule === null ? [] : [contentLine("RRULE", event.rule)]),
    ...event.excluded.map((value) => date("EXDATE", value)),
    text("SUMMARY", event.summary),
    ...optionalText("DESCRIPTION", event.description),
    ...optionalText("LOCATION", locationOf(event.places)),
    ...categories(event.categories),
    contentLine("STATUS", event.status),
    contentLine("TRANSP", event.isTransparent ? "TRANSPARENT" : "OPAQUE"),
    contentLine("X-MICROSOFT-CDO-BUSYSTATUS", event.busyStatus),
    contentLine("CLASS", event.classification),
    ...(event.priority === null ? [] : [contentLine("PRIORITY", String(event.priority))]),
    ...(url === null ? [] : [contentLine("URL", url, { VALUE: "URI" })]),
    ...(url === null ? [] : [contentLine("CONFERENCE", url, { VALUE: "URI", FEATURE: "VIDEO" })]),
  ];
  const alarms = event.alarmMinutes === null ? [] : [composeAlarm(event.alarmMinutes, event.summary)];
  return { name: "VEVENT", lines, children: alarms };
}

/** Every place's name, or its address where it has no name. */
function locationOf(places: readonly Place[]): string {
  return [...new Set(places.map(({ name, address }) => name || address))]
    .filter((place) => place !== "")
    .join("; ");
}

function composeAlarm(minutes: number, summary: string): Component {
  const lines = [
    contentLine("ACTION", "DISPLAY"),
    text("DESCRIPTION", summary.trim() === "" ? "Reminder" : summary),
    contentLine("TRIGGER", minutes === 0 ? "PT0S" : `${minutes < 0 ? "" : "-"}PT${Math.abs(minutes)}M`),
  ];
  return { name: "VALARM", lines, children: [] };
}

function text(name: string, value: string): ContentLine {
  return contentLine(name, escapeText(value));
}

function optionalText(name: string, value: string): ContentLine[] {
  return value.trim() === "" ? [] : [text(name, value)];
}

function categories(names: readonly string[]): ContentLine[] {
  const wanted = names.map((name) => escapeText(name.trim())).filter((name) => name !== "");
  return wanted.length === 0 ? [] : [contentLine("CATEGORIES", wanted.join(","))];
}

function date(name: string, value: DateValue): ContentLine {
  return contentLine(name, formatDateValue(value), dateParameters(value));
}

function instant(name: string, at: number): ContentLine {
  return contentLine(name, formatDateValue({ form: "utc", wall: at }));
}

/** A web address in its normal form, so that nothing but an address can stand there; null for anything else. */
export function safeUrl(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address.trim());
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
