import { findEvent, instanceOf } from "./events.ts";
import type { GraphRequest } from "./graph-request.ts";
import { nextLink, refuseUnknownOptions, takePage } from "./query.ts";
import { renderAttachments } from "./render-attachments.ts";
import { GraphRefusal, jsonReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

type Json = Record<string, unknown>;

/** What every kind of attachment has; what one kind has more must be selected by its full name. */
const common = ["id", "name", "contentType", "size", "isInline", "lastModifiedDateTime"];

/** `events/{id}/attachments`: of a single event, a series, an occurrence (the series' own) or an exception. */
export function answerAttachments(request: GraphRequest): Reply {
  const { query, cloud, path, preferences, switches } = request;
  if (switches.attachments === "denied") {
    throw new GraphRefusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
  }
  refuseUnknownOptions(query, ["$select", "$top", "$skip"]);
  const found = findEvent(request);
  const instance = instanceOf(request, found);
  const content = { ...found.item.content, ...instance?.exception?.content };
  const select = readSelect(query);
  const { page, nextSkip } = takePage(
    renderAttachments(content, request.eventId, found.item.modified),
    query,
    preferences.maxPageSize,
  );
  return jsonReply({
    "@odata.context": `${cloud.graph}/v1.0/$metadata#${path.slice(6)}`,
    value: page.map((attachment) => project(attachment, select)),
    ...(nextSkip === null ? {} : { "@odata.nextLink": nextLink(cloud.graph, path, query, nextSkip) }),
  });
}

function readSelect(query: URLSearchParams): readonly string[] | null {
  const select = query.get("$select");
  if (select === null) return null;
  const names = select.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !common.includes(name) && !name.startsWith("microsoft.graph."));
  if (unknown === undefined) return names.map((name) => name.split("/").at(-1) ?? name);
  throw new GraphRefusal(
    400,
    "RequestBroker--ParseUri",
    `Could not find a property named '${unknown}' on type 'microsoft.graph.attachment'.`,
  );
}

function project(attachment: Json, select: readonly string[] | null): Json {
  if (select === null) return attachment;
  return Object.fromEntries(
    Object.entries(attachment).filter(
      ([name]) => name.startsWith("@") || name === "id" || select.includes(name),
    ),
  );
}
