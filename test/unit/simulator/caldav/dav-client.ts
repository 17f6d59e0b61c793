import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { CaldavSimulator } from "../../../../simulator/caldav/caldav-simulator.ts";

/** A bare HTTP client with Basic credentials. Redirects are never followed. */
export type Client = (
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** An answer with its body read. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string };

/** A client of the simulator's entry, or of another origin. */
export function client(
  simulator: CaldavSimulator,
  user = "u:p",
  origin = new URL(simulator.url).origin,
): Client {
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      redirect: "manual",
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : Buffer.from(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

/** The answer to a digest challenge by RFC 7616. */
export function digest(challenge: string, method: string, uri: string, count: string): string {
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const response = md5(`${md5("u:BaikalDAV:p")}:${nonce}:${count}:c:auth:${md5(`${method}:${uri}`)}`);
  return `Digest username="u", realm="BaikalDAV", nonce="${nonce}", uri="${uri}", qop=auth, nc=${count}, cnonce="c", response="${response}"`;
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** A minimal event; `more` are further lines of the VEVENT. */
export function event(
  uid: string,
  more: readonly string[] = ["DTSTART:20261201T100000Z", "DTEND:20261201T110000Z"],
): string {
  return ics([`UID:${uid}`, "DTSTAMP:20261101T000000Z", ...more]);
}

/** A VCALENDAR around the lines of one VEVENT. */
export function ics(lines: readonly string[]): string {
  const all = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//t//t//EN",
    "BEGIN:VEVENT",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return `${all.join("\r\n")}\r\n`;
}

/** The body of a sync-collection. */
export function syncBody(token: string, limit?: number): string {
  const cut = limit === undefined ? "" : `<limit><nresults>${limit}</nresults></limit>`;
  return `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level>${cut}<prop><getetag/></prop></sync-collection>`;
}

/** The body of a calendar-multiget. */
export function multigetBody(members: readonly string[]): string {
  const asked = members.map((href) => `<d:href>${href}</d:href>`).join("");
  return `<c:calendar-multiget xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop>${asked}</c:calendar-multiget>`;
}

/** The body of a calendar-query over VEVENTs; an empty bound is left out. */
export function queryBody(start: string, end: string): string {
  const bounds = `${start && ` start="${start}"`}${end && ` end="${end}"`}`;
  return `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range${bounds}/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;
}

/** The body of a PROPFIND; names as `d:displayname`, `c:…`, `cs:…`, `a:…`. */
export function propfindBody(...names: readonly string[]): string {
  return `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" xmlns:a="http://apple.com/ns/ical/"><d:prop>${names.map((name) => `<${name}/>`).join("")}</d:prop></d:propfind>`;
}

/** The sync token of an answer. */
export function tokenOf(answer: Answer): string {
  const token = /<(?:\w+:)?sync-token[^>]*>([^<]+)</.exec(answer.text)?.[1];
  expect(token, answer.text).toBeDefined();
  return token ?? "";
}

/** All hrefs of an answer's responses, in order. */
export function hrefs(answer: Answer): string[] {
  return [...answer.text.matchAll(/<(?:\w+:)?response[^>]*><(?:\w+:)?href[^>]*>([^<]+)</g)].map(
    (found) => found[1] ?? "",
  );
}
