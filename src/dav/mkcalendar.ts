import * as tsdav from "tsdav";
import { createFetch } from "../http/fetch-adapter.ts";
import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
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
 *
 * @throws RemoteError
 */
export async function makeCalendar(
  client: DavClient,
  { url, displayName, color }: NewCalendar,
  signal: AbortSignal,
): Promise<"created" | "exists"> {
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
  await tsdav.makeCalendar({ url: url.href, props: propertiesOf(displayName, color), fetch });
  if (answer === undefined) throw new RemoteError("protocol", `${attempted}: nothing was sent`);
  const hidden = hiddenFailure(answer);
  const { status, errors } = hidden ?? answer;
  if (isSuccess(status)) return "created";
  // RFC 4791 section 5.3.1.1; xandikos hides it in a 207, sabre/dav answers 405.
  if (status === 405 || errors.includes(mustBeNull)) return "exists";
  if (hidden === null) throw exchangeError(answer, "MKCALENDAR");
  throw new RemoteError("refused", `${attempted}: refused with ${status}`, { status, code: errors[0] });
}

/** In tsdav's spelling: its prefixes, xml-js's compact form. */
function propertiesOf(displayName: string, color: string | null): object {
  return {
    // xml-js turns "&amp;" back into "&" before it escapes.
    "d:displayname": dropIllegal(displayName).replaceAll("&amp;", "&amp;amp;"),
    ...(color === null ? {} : { "ca:calendar-color": color }),
    "c:supported-calendar-component-set": { "c:comp": { _attributes: { name: "VEVENT" } } },
  };
}
