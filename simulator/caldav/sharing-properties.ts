import { encodeLikeSabre } from "./layout.ts";
import { cal, dav } from "./names.ts";
import type { ServerContext } from "./server-context.ts";
import type { Access, Calendar } from "./state.ts";
import { node, type XmlNode } from "./xml-node.ts";

/** The element inside `DAV:share-access` for a right. */
export function shareAccessName(access: Access): string {
  switch (access) {
    case 1:
      return "shared-owner";
    case 2:
      return "read";
    case 3:
      return "read-write";
    case null:
      return "not-shared";
    default:
      throw access satisfies never;
  }
}

/** The privileges that a right to a calendar amounts to. A read-only sharee may still change name and colour. */
export function privilegeNames(access: Access): string[] {
  const read = [
    dav("read"),
    dav("read-acl"),
    dav("read-current-user-privilege-set"),
    cal("read-free-busy"),
    dav("write-properties"),
  ];
  if (access === 2) return read;
  const write = [...read, dav("write"), dav("write-content"), dav("bind"), dav("unbind")];
  return access === 3 ? write : [...write, dav("share")];
}

/** The content of `DAV:invite`: every instance of the calendar, the owner's too, and the invites that reached nobody. */
export function inviteNodes(context: ServerContext, calendar: Calendar): XmlNode[] {
  const reached = [...context.state.accounts.values()].flatMap((account) =>
    account.instances
      .filter((instance) => instance.calendarId === calendar.id)
      .map((instance) =>
        sharee(
          instance.shareHref ?? `principals/${encodeLikeSabre(account.name)}`,
          instance.access,
          "invite-accepted",
        ),
      ),
  );
  const invalid = context.state.invalidInvites
    .filter((invite) => invite.calendarId === calendar.id)
    .map((invite) => sharee(invite.href, invite.access, "invite-invalid"));
  return [...reached, ...invalid];
}

function sharee(href: string, access: Access, status: string): XmlNode {
  return node(
    dav("sharee"),
    node(dav("href"), href),
    node(dav("prop")),
    node(dav("share-access"), node(dav(shareAccessName(access)))),
    node(dav(status)),
  );
}
