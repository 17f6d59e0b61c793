import type { DavFault } from "./dav-fault.ts";
import { dav, sabre } from "./names.ts";
import type { DavAnswer, ServerContext } from "./server-context.ts";
import { node, type XmlNode } from "./xml-node.ts";
import { writeXml } from "./xml-write.ts";

const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  403: "Forbidden",
  404: "Not Found",
  412: "Precondition Failed",
  418: "I'm a teapot",
  424: "Failed Dependency",
  507: "Insufficient Storage",
};

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): DavAnswer {
  return { status, headers, body: "" };
}

/** The text of a `DAV:status` element. */
export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? "Unknown"}`;
}

/** A response that is only a href and a status: how deleted members are named. */
export function statusResponse(href: string, status: number, condition?: XmlNode): XmlNode {
  const rest = condition ? [node(dav("error"), condition)] : [];
  return node(dav("response"), node(dav("href"), href), node(dav("status"), statusLine(status)), ...rest);
}

/** Wraps responses (and, for sync-collection, the token) into a 207. */
export function multistatus(
  context: ServerContext,
  responses: readonly XmlNode[],
  syncToken?: string,
): DavAnswer {
  const token = syncToken === undefined ? [] : [node(dav("sync-token"), syncToken)];
  return {
    status: 207,
    headers: {
      "Content-Type": context.switches.contentType ?? xmlType(context),
      ...(context.persona === "baikal" ? { DAV: davHeader(context), Vary: "Brief,Prefer" } : {}),
    },
    body: writeXml(node(dav("multistatus"), ...responses, ...token), context.dialect),
  };
}

/** The persona's way to say no: sabre's XML with exception and message, a bare precondition, or nothing at all. */
export function faultAnswer(context: ServerContext, fault: DavFault): DavAnswer {
  if (context.persona !== "baikal" && !fault.condition) return emptyAnswer(fault.status, fault.headers);
  const condition = fault.condition ? [fault.condition] : [];
  const told =
    context.persona === "baikal"
      ? [node(sabre("exception"), fault.exception), node(sabre("message"), fault.message)]
      : [];
  return {
    status: fault.status,
    headers: { ...fault.headers, "Content-Type": xmlType(context) },
    body: writeXml(node(dav("error"), ...told, ...condition), context.dialect),
  };
}

/** The compliance classes a persona advertises. */
export function davHeader(context: ServerContext): string {
  switch (context.persona) {
    case "baikal":
      return "1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, calendar-access, calendar-proxy, calendar-auto-schedule, calendar-availability, resource-sharing, calendarserver-sharing";
    case "icloud":
      return "1, access-control, calendar-access, calendar-schedule, calendar-auto-schedule, calendar-managed-attachments, calendarserver-sharing, calendarserver-subscribed, calendarserver-home-sync";
    case "plain":
      return context.switches.scheduling
        ? "1, 3, access-control, calendar-access, calendar-auto-schedule"
        : "1, 3, access-control, calendar-access";
    default:
      throw context.persona satisfies never;
  }
}

function xmlType(context: ServerContext): string {
  return context.persona === "icloud" ? 'text/xml;charset="UTF-8"' : "application/xml; charset=utf-8";
}
