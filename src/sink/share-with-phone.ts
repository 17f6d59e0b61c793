import { decodePath, nameOfHref } from "../dav/href.ts";
import { readSharees, type ShareAccess, type Sharee, shareCalendar } from "../dav/sharing.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { SinkAccount } from "./account.ts";
import type { TargetSpec } from "./sink.ts";

type Phone = NonNullable<SinkAccount["config"]["phone"]>;

/**
 * Sees to it that the phone's principal has an instance of the target's calendar, read-only or writable. One request
 * when it stands as it should. What cannot be arranged is returned as sentences: it does not stop writing.
 *
 * @throws RemoteError `aborted` only.
 */
export async function shareWithPhone(
  account: SinkAccount,
  spec: TargetSpec,
  calendar: URL,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { phone, credentials } = account.config;
  if (phone === null || phone.username === credentials.username) return [];
  const access: ShareAccess = spec.writable ? "read-write" : "read";
  try {
    return (await arrange(account, phone, calendar, access, signal)) ? [] : [warn(spec, phone, access, "")];
  } catch (error) {
    if (!(error instanceof RemoteError) || error.kind === "aborted") throw error;
    return [warn(spec, phone, access, ` ${error.message}`)];
  }
}

/** An answer of 200 proves nothing (sabre/dav gives it for a sharee it cannot find), so the sharees are read back. */
async function arrange(
  account: SinkAccount,
  phone: Phone,
  calendar: URL,
  access: "read" | "read-write",
  signal: AbortSignal,
): Promise<boolean> {
  const stands = (sharees: readonly Sharee[]) =>
    sharees.some((sharee) => isPhone(sharee, phone) && sharee.access === access && isReached(sharee));
  let sharees = await readSharees(account.client, calendar, signal);
  if (sharees === null) return false;
  // Under another href the same principal would get a second instance of the calendar.
  const standing = sharees.find((sharee) => isPhone(sharee, phone) && isReached(sharee));
  for (const href of standing === undefined ? shareeHrefs(phone) : [standing.href]) {
    if (stands(sharees)) return true;
    await shareCalendar(account.client, calendar, { href, access }, signal);
    sharees = (await readSharees(account.client, calendar, signal)) ?? [];
  }
  return stands(sharees);
}

/** The forms that sabre/dav resolves: with a trailing slash or as a full URL it accepts them and shares nothing. */
const shareeHrefs = ({ address, username }: Phone): readonly string[] => [
  ...(address === null ? [] : [`mailto:${address}`]),
  `principals/${encodeURIComponent(username)}`,
];

function isPhone({ href }: Sharee, { address, username }: Phone): boolean {
  if (!href.toLowerCase().startsWith("mailto:")) return nameOfHref(decodePath(href)) === username;
  return address !== null && href.toLowerCase() === `mailto:${address}`.toLowerCase();
}

const isReached = (sharee: Sharee): boolean => sharee.invite === "accepted" || sharee.invite === null;

function warn(spec: TargetSpec, phone: Phone, access: ShareAccess, detail: string): string {
  const how = access === "read" ? "read-only" : "writable";
  return (
    `Target "${spec.id}" could not be shared with "${phone.username}" (${how}): the phone does not see it as it ` +
    `should.${detail} Check that this user exists on the sink, or share the calendar there by hand.`
  );
}
