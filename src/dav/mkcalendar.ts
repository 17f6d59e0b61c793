import * as tsdav from "tsdav";
import { createFetch } from "../http/fetch-adapter.ts";
import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { readCalendar } from "./calendars.ts";
import { exchangeError } from "./exchange-error.ts";
import { hiddenFailure } from "./hidden-failure.ts";
import { isSuccess } from "./multistatus.ts";
import { DAV, type DavClient, type DavExchange } from "./protocol.ts";
import { dropIllegal, keyOf } from "./xml.ts";

const mustBeNull = keyOf([DAV, "resource-must-be-null"]);

export type NewCalendar = {
  readonly url: URL;
  readonly displayName: string;
  /** `#RRGGBB`, or null. */
  readonly color: string | null;
};

/**
 * Makes a calendar for VEVENTs only (MKCALENDAR, RFC 4791 section 5.3.1). `exists`: there is something at the URL.
 * Where the server refuses a calendar with name and colour, it is made without: set them afterwards.
 *
 * @throws RemoteError
 */
export async function makeCalendar(
  client: DavClient,
  calendar: NewCalendar,
  signal: AbortSignal,
): Promise<"created" | "exists"> {
  const { url, displayName, color } = calendar;
  const first = await attempt(client, url, { ...named(displayName, color), ...forEvents }, signal);
  if (!(first instanceof RemoteError)) return first;
  if (!refusals.has(first.status ?? 0)) throw first;
  // Some servers say with one of these that there is a calendar; others, that they do not like its properties.
  if (await isThere(client, url, first, signal)) return "exists";
  const second = await attempt(client, url, forEvents, signal);
  if (second instanceof RemoteError) throw second;
  return second;
}

const refusals: ReadonlySet<number> = new Set([400, 403, 409, 415, 422]);

/** @throws RemoteError `refusal` where it cannot be told. */
async function isThere(
  client: DavClient,
  url: URL,
  refusal: RemoteError,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await readCalendar(client, url, signal);
    return true;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.kind === "missing") return false;
    throw refusal;
  }
}

/** Sends one MKCALENDAR and returns what the server made of it. @throws RemoteError where it was not answered. */
async function attempt(
  client: DavClient,
  url: URL,
  props: object,
  signal: AbortSignal,
): Promise<"created" | "exists" | RemoteError> {
  const attempted = describeRequest({ method: "MKCALENDAR", url });
  // tsdav writes the request; the answer is read here, because tsdav returns failures like results.
  let answer: DavExchange | undefined;
  const fetch = createFetch({
    async send({ url: target, headers = {}, body = "" }) {
      const text = typeof body === "string" ? body : new TextDecoder().decode(body);
      answer = await client.exchange({ method: "MKCALENDAR", url: target, headers, body: text }, signal);
      return { ...answer, body: new TextEncoder().encode(answer.text) };
    },
  });
  await tsdav.makeCalendar({ url: url.href, props, fetch });
  if (answer === undefined) throw new RemoteError("protocol", `${attempted}: nothing was sent`);
  const hidden = hiddenFailure(answer);
  const { status, errors } = hidden ?? answer;
  if (isSuccess(status)) return "created";
  // RFC 4791 section 5.3.1.1; xandikos hides it in a 207, sabre/dav answers 405.
  if (status === 405 || errors.includes(mustBeNull)) return "exists";
  if (hidden === null) return exchangeError(answer, "MKCALENDAR");
  return new RemoteError("refused", `${attempted}: refused with ${status}`, { status, code: errors[0] });
}

const forEvents = {
  "c:supported-calendar-component-set": { "c:comp": { _attributes: { name: "VEVENT" } } },
};

/** In tsdav's spelling: its prefixes, xml-js's compact form. */
function named(displayName: string, color: string | null): object {
  return {
    // xml-js turns "&amp;" back into "&" before it escapes.
    "d:displayname": dropIllegal(displayName).replaceAll("&amp;", "&amp;amp;"),
    ...(color === null ? {} : { "ca:calendar-color": color }),
  };
}
