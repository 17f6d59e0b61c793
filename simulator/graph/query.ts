import { GraphRefusal } from "./reply.ts";

const viewDaysMax = 1825;
const pageSizeMax = 1000;
const defaultPageSize = 10;

/** Event properties of v1.0 that $select may name, beside the navigation properties. */
const selectable = new Set(
  `id createdDateTime lastModifiedDateTime changeKey categories transactionId originalStartTimeZone originalEndTimeZone
  iCalUId reminderMinutesBeforeStart isReminderOn hasAttachments hideAttendees subject bodyPreview importance sensitivity
  isAllDay isCancelled isOrganizer isDraft responseRequested seriesMasterId showAs type webLink onlineMeetingUrl
  isOnlineMeeting onlineMeetingProvider allowNewTimeProposals recurrence onlineMeeting responseStatus body start end
  location locations attendees organizer originalStart cancelledOccurrences exceptionOccurrences`.split(
    /\s+/,
  ),
);

/** The span that startDateTime and endDateTime ask for, in epoch ms. @throws GraphRefusal */
export function requireWindow(query: URLSearchParams): { readonly from: number; readonly until: number } {
  const values = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  const start = values.get("startdatetime");
  const end = values.get("enddatetime");
  if (start === undefined || end === undefined) {
    throw new GraphRefusal(
      400,
      "ErrorInvalidParameter",
      "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
    );
  }
  const from = readDateTime("startDateTime", start);
  const until = readDateTime("endDateTime", end);
  if (until < from) {
    throw new GraphRefusal(
      400,
      "ErrorCalendarEndDateIsEarlierThanStartDate",
      "EndDate is earlier than StartDate",
    );
  }
  if (until - from > viewDaysMax * 86_400_000) {
    throw new GraphRefusal(
      400,
      "ErrorInvalidRequest",
      `Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: ${viewDaysMax}`,
    );
  }
  return { from, until };
}

/** ISO 8601 with an offset; without one it is UTC. A "+" that was not encoded arrives as a space. */
function readDateTime(name: string, value: string): number {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?)?(Z|[+-]\d{2}:\d{2})?$/i.exec(value);
  const zoned = form?.[4] === undefined ? `${value}${form?.[1] === undefined ? "T00:00" : ""}Z` : value;
  const instant = form === null ? Number.NaN : Date.parse(zoned);
  if (!Number.isNaN(instant)) return instant;
  throw new GraphRefusal(
    400,
    "ErrorInvalidParameter",
    `The value '${value}' of parameter '${name}' is invalid.`,
  );
}

/** Refuses system query options that the request does not know. */
export function refuseUnknownOptions(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!name.startsWith("$") || known.includes(name)) continue;
    throw new GraphRefusal(400, "BadRequest", `The query option '${name}' is not supported by this request.`);
  }
}

/** The properties of $select, or null for all. @throws GraphRefusal for names that an event has not */
export function readSelect(query: URLSearchParams): readonly string[] | null {
  const select = query.get("$select");
  if (select === null) return null;
  const names = select.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !selectable.has(name));
  if (unknown === undefined) return names;
  throw new GraphRefusal(
    400,
    "RequestBroker--ParseUri",
    `Could not find a property named '${unknown}' on type 'microsoft.graph.event'.`,
  );
}

/** Keeps the selected properties; the id and annotations always come along. */
export function project(
  resource: Record<string, unknown>,
  select: readonly string[] | null,
): Record<string, unknown> {
  if (select === null) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(
      ([name]) => name.startsWith("@") || name === "id" || select.includes(name),
    ),
  );
}

/** One page of a collection by $top, $skip and odata.maxpagesize, with the next link's $skip or null. */
export function takePage<Element>(
  elements: readonly Element[],
  query: URLSearchParams,
  maxPageSize: number | null,
): { readonly page: readonly Element[]; readonly nextSkip: number | null } {
  const size = readCount(query, "$top", 1, pageSizeMax) ?? maxPageSize ?? defaultPageSize;
  const skip = readCount(query, "$skip", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const end = skip + size;
  return { page: elements.slice(skip, end), nextSkip: end < elements.length ? end : null };
}

/** The next link: the request once more, with another $skip. */
export function nextLink(origin: string, path: string, query: URLSearchParams, skip: number): string {
  const options = [...query].filter(([name]) => name !== "$skip");
  return `${origin}${path}?${[...options, ["$skip", String(skip)]]
    .map(([name, value]) => `${name ?? ""}=${encodeURIComponent(value ?? "")}`)
    .join("&")}`;
}

function readCount(query: URLSearchParams, name: string, least: number, most: number): number | null {
  const value = query.get(name);
  if (value === null) return null;
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= least && count <= most) return count;
  throw new GraphRefusal(400, "ErrorInvalidUrlQuery", `The value '${value}' of '${name}' is out of range.`);
}
