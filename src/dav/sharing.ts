import { exchangeError } from "./exchange-error.ts";
import { isSuccess } from "./multistatus.ts";
import { DAV, type DavClient, type Element, type Name } from "./protocol.ts";
import { childNamed, childrenNamed, escapeXml, keyOf } from "./xml.ts";
import { xmlDocument, xmlElement } from "./xml-document.ts";

/** A principal with whom a calendar is shared, as `DAV:invite` of the owner's calendar lists it. */
export type Sharee = {
  /** As the server has it: `mailto:…` or a principal's path. */
  readonly href: string;
  readonly access: ShareAccess | null;
  readonly invite: "accepted" | "no-response" | "declined" | "invalid" | null;
};

export type ShareAccess = "owner" | "read" | "read-write" | "no-access";

const invite: Name = [DAV, "invite"];
const accessByElement = new Map<string, ShareAccess>([
  ["shared-owner", "owner"],
  ["read", "read"],
  ["read-write", "read-write"],
  ["no-access", "no-access"],
]);
const inviteByElement = new Map<string, NonNullable<Sharee["invite"]>>([
  ["invite-accepted", "accepted"],
  ["invite-noresponse", "no-response"],
  ["invite-declined", "declined"],
  ["invite-invalid", "invalid"],
]);

/**
 * Shares a calendar (`DAV:share-resource`, draft-pot-webdav-resource-sharing section 5.1). A 200 proves nothing: read
 * the sharees back. @throws RemoteError
 */
export async function shareCalendar(
  client: DavClient,
  calendar: URL,
  sharee: { readonly href: string; readonly access: Exclude<ShareAccess, "owner"> },
  signal: AbortSignal,
): Promise<void> {
  const body = xmlDocument(
    [DAV, "share-resource"],
    xmlElement(
      [DAV, "sharee"],
      xmlElement([DAV, "href"], escapeXml(sharee.href)) +
        xmlElement([DAV, "share-access"], xmlElement([DAV, sharee.access])),
    ),
  );
  const headers = { "content-type": "application/davsharing+xml" };
  const answer = await client.exchange({ method: "POST", url: calendar, headers, body }, signal);
  if (!isSuccess(answer.status)) throw exchangeError(answer, "POST");
}

/** Reads `DAV:invite`; null where the server has no such property (no sharing). @throws RemoteError */
export async function readSharees(
  client: DavClient,
  calendar: URL,
  signal: AbortSignal,
): Promise<readonly Sharee[] | null> {
  const { multistatus } = await client.propfind(calendar, "0", [invite], signal);
  const property = multistatus.responses[0]?.properties.get(keyOf(invite));
  return property === undefined ? null : childrenNamed(property, [DAV, "sharee"]).map(toSharee);
}

function toSharee(element: Element): Sharee {
  const access = childNamed(element, [DAV, "share-access"])?.children[0]?.local ?? "";
  const states = element.children.map(({ local }) => inviteByElement.get(local));
  return {
    href: childNamed(element, [DAV, "href"])?.text.trim() ?? "",
    access: accessByElement.get(access) ?? null,
    invite: states.find((state) => state !== undefined) ?? null,
  };
}
