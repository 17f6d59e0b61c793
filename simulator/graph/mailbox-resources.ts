import type { GraphRequest } from "./graph-request.ts";
import { windowsZoneNames } from "./local-time.ts";
import type { Calendar, Mailbox } from "./model.ts";
import { nextLink, refuseUnknownOptions, takePage } from "./query.ts";
import { GraphRefusal, jsonReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** `calendars`: own and shared ones, paged. */
export function answerCalendars(request: GraphRequest): Reply {
  const { mailbox, query, cloud, path, preferences } = request;
  refuseUnknownOptions(query, ["$top", "$skip", "$select"]);
  const { page, nextSkip } = takePage(mailbox.calendars, query, preferences.maxPageSize);
  return jsonReply({
    "@odata.context": contextOf(request),
    value: page.map((calendar) => renderCalendar(request, calendar)),
    ...(nextSkip === null ? {} : { "@odata.nextLink": nextLink(cloud.graph, path, query, nextSkip) }),
  });
}

/** `calendar` and `calendars/{id}`. */
export function answerCalendar(request: GraphRequest): Reply {
  return jsonReply({
    "@odata.context": `${contextOf(request)}/$entity`,
    ...renderCalendar(request, request.calendar),
  });
}

function renderCalendar({ mailbox, query }: GraphRequest, calendar: Calendar): Record<string, unknown> {
  const isOwn = calendar.folder.owner === mailbox;
  const resource: Record<string, unknown> = {
    id: calendar.id,
    name: calendar.name,
    color: calendar.color,
    hexColor: calendar.hexColor,
    isDefaultCalendar: calendar.isDefault,
    changeKey: calendar.changeKey,
    canShare: isOwn,
    canViewPrivateItems: isOwn,
    canEdit: calendar.canEdit,
    allowedOnlineMeetingProviders: isOwn ? ["teamsForBusiness"] : [],
    defaultOnlineMeetingProvider: isOwn ? "teamsForBusiness" : "unknown",
    isTallyingResponses: calendar.isDefault,
    isRemovable: !calendar.isDefault,
    owner: addressOf(calendar.folder.owner),
  };
  const select = query.get("$select")?.split(",");
  if (select === undefined) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => name === "id" || select.includes(name)),
  );
}

function addressOf(mailbox: Mailbox): { name: string; address: string } {
  return { name: mailbox.displayName, address: mailbox.userPrincipalName };
}

/** `mailboxSettings`, as far as calendars are concerned. */
export function answerSettings(request: GraphRequest): Reply {
  const { timeZone } = request.mailbox;
  return jsonReply({
    "@odata.context": contextOf(request),
    timeZone,
    language: { locale: "en-US", displayName: "English (United States)" },
    workingHours: {
      daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
      startTime: "08:00:00.0000000",
      endTime: "17:00:00.0000000",
      timeZone: { name: timeZone },
    },
    dateFormat: "MM/dd/yyyy",
    timeFormat: "hh:mm tt",
    delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
  });
}

/** `mailboxSettings/timeZone`. */
export function answerTimeZone(request: GraphRequest): Reply {
  return jsonReply({ "@odata.context": contextOf(request), value: request.mailbox.timeZone });
}

/** `outlook/masterCategories`. */
export function answerCategories(request: GraphRequest): Reply {
  const { identifiers } = request.world;
  refuseUnknownOptions(request.query, ["$select", "$top", "$skip"]);
  return jsonReply({
    "@odata.context": contextOf(request),
    value: request.mailbox.masterCategories.map((category) => ({
      id: identifiers.hash(`category ${category.displayName}`).slice(0, 36),
      ...category,
    })),
  });
}

/** `outlook/supportedTimeZones`, by Windows names or, in the function's form, by IANA names. */
export function answerSupportedTimeZones(request: GraphRequest): Reply {
  const names = request.path.toLowerCase().includes("'iana'")
    ? Intl.supportedValuesOf("timeZone")
    : windowsZoneNames;
  return jsonReply({
    "@odata.context": contextOf(request),
    value: names.map((name) => ({ alias: name, displayName: name })),
  });
}

/** `events/delta`, which v1.0 knows by name only. */
export function answerEventsDelta(): Reply {
  throw new GraphRefusal(
    400,
    "ErrorInvalidRequest",
    "Unsupported request: Change tracking is not supported against 'microsoft.graph.event'.",
  );
}

function contextOf({ cloud, path }: GraphRequest): string {
  return `${cloud.graph}/v1.0/$metadata#${path.slice(6)}`;
}
