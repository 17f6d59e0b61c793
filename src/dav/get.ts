import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { normalizeEtag } from "./etag.ts";
import { exchangeError } from "./exchange-error.ts";
import type { DavClient } from "./protocol.ts";

/** One calendar object as GET returns it (line ends kept); `etag` is normalised. */
export type FetchedObject = {
  readonly etag: string | null;
  readonly data: string;
  /** Some of its bytes were no UTF-8: signs in it are not what they should be. */
  readonly damaged?: true;
};

/** Reads one calendar object; null for 404 or 410. @throws RemoteError for every other answer that is not a 200. */
export async function getObject(
  client: DavClient,
  url: URL,
  signal: AbortSignal,
): Promise<FetchedObject | null> {
  const answer = await client.exchange({ method: "GET", url, headers: { accept: "text/calendar" } }, signal);
  if (answer.status === 404 || answer.status === 410) return null;
  if (answer.status !== 200) throw exchangeError(answer, "GET");
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(answer.text)) {
    throw new RemoteError(
      "protocol",
      `${describeRequest({ method: "GET", url })}: the answer is no calendar object`,
      {
        status: answer.status,
      },
    );
  }
  if (!/END:VCALENDAR\s*$/i.test(answer.text)) {
    throw new RemoteError(
      "protocol",
      `${describeRequest({ method: "GET", url })}: the answer ends in the middle of the object`,
      { status: answer.status },
    );
  }
  return {
    etag: normalizeEtag(answer.headers.get("etag")),
    data: answer.text,
    ...(answer.damaged === true ? { damaged: true } : {}),
  };
}
