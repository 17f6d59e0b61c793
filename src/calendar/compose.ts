import type { Component } from "./component.ts";
import { conferenceService } from "./conference.ts";
import { type ContentLine, contentLine, escapeText } from "./content-line.ts";
import { type DateValue, dated, formatDateValue } from "./date-value.ts";
import { type Place, placeLines } from "./place-lines.ts";
import { withinBudget } from "./text-budget.ts";
import { timeZoneBlock } from "./vtimezone.ts";

/** A VEVENT in typed form. Texts may hold anything: they are cleaned and escaped here. */
export type EventDescription = {
  readonly uid: string;
  readonly start: DateValue;
  /** Exclusive. */
  readonly end: DateValue;
  /** Milliseconds: written as DURATION instead of `end` where a series' occurrences are not as long as its first. */
  readonly length?: number;
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

/** A VCALENDAR with these VEVENTs (one UID, master first) and a VTIMEZONE for each TZID. */
export function composeCalendar(events: readonly EventDescription[]): Component {
  const zones = new Set(events.flatMap(tzidsOf));
  const earliest = events.flatMap(datesOf).reduce((least, { wall }) => Math.min(least, wall), Infinity);
  const blocks = [...zones].flatMap((tzid) => timeZoneBlock(tzid, earliest)?.component ?? []);
  return {
    name: "VCALENDAR",
    lines: [
      contentLine("VERSION", "2.0"),
      contentLine("PRODID", "-//Kalends//Kalends//EN"),
      contentLine("CALSCALE", "GREGORIAN"),
    ],
    children: [...blocks, ...withinBudget(events).map(composeEvent)],
  };
}

function tzidsOf(event: EventDescription): string[] {
  return datesOf(event).flatMap((value) => (value.form === "zoned" ? [value.tzid] : []));
}

function datesOf(event: EventDescription): DateValue[] {
  const { start, end, excluded, recurrenceId } = event;
  return [start, end, ...excluded, ...(recurrenceId === null ? [] : [recurrenceId])];
}

function composeEvent(event: EventDescription): Component {
  const url = safeUrl(event.joinUrl);
  const lines = [
    text("UID", event.uid),
    instant("DTSTAMP", event.modified),
    ...(event.created === null ? [] : [instant("CREATED", event.created)]),
    instant("LAST-MODIFIED", event.modified),
    dated("DTSTART", event.start),
    event.length === undefined
      ? dated("DTEND", event.end)
      : contentLine("DURATION", `PT${Math.round(event.length / 1_000)}S`),
    ...(event.recurrenceId === null ? [] : [dated("RECURRENCE-ID", event.recurrenceId)]),
    ...(event.rule === null ? [] : [contentLine("RRULE", event.rule)]),
    ...event.excluded.map((value) => dated("EXDATE", value)),
    text("SUMMARY", event.summary),
    ...optionalText("DESCRIPTION", event.description),
    ...htmlDescription(event.html),
    ...placeLines(event.places),
    ...categories(event.categories),
    ...color(event.color),
    contentLine("STATUS", event.status),
    contentLine("TRANSP", event.isTransparent ? "TRANSPARENT" : "OPAQUE"),
    contentLine("X-MICROSOFT-CDO-BUSYSTATUS", event.busyStatus),
    contentLine("CLASS", event.classification),
    ...(event.priority === null ? [] : [contentLine("PRIORITY", String(event.priority))]),
    ...(url === null ? [] : conference(url)),
  ];
  const alarms = event.alarmMinutes === null ? [] : [composeAlarm(event.alarmMinutes, event.summary)];
  return { name: "VEVENT", lines, children: alarms };
}

/** Nobody agrees on one property for it: each of these is the one that some clients look at. */
function conference(url: string): ContentLine[] {
  const service = conferenceService(url);
  const label = service === null ? "Join the meeting" : `Join with ${service}`;
  return [
    contentLine("URL", url, { VALUE: "URI" }),
    contentLine("CONFERENCE", url, { VALUE: "URI", FEATURE: ["AUDIO", "VIDEO"], LABEL: label }),
    ...(service === "Microsoft Teams" ? [contentLine("X-MICROSOFT-SKYPETEAMSMEETINGURL", url)] : []),
  ];
}

/** Outlook's own property; RFC 5545 has none. */
function htmlDescription(html: string | null): ContentLine[] {
  return html === null ? [] : [contentLine("X-ALT-DESC", escapeText(html), { FMTTYPE: "text/html" })];
}

function color(name: string | null): ContentLine[] {
  return name === null || !/^[a-z]+$/i.test(name) ? [] : [contentLine("COLOR", name)];
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

function instant(name: string, at: number): ContentLine {
  return contentLine(name, formatDateValue({ form: "utc", wall: at }));
}

/** Longer than any address that leads somewhere, in characters. */
const longestUrl = 4_096;

/** A web address in its normal form, so that nothing but an address can stand there; null for anything else. */
export function safeUrl(address: string | null): string | null {
  const url = address === null || address.length > longestUrl ? null : URL.parse(address.trim());
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  return url.href.length > longestUrl ? null : url.href;
}
