import type { Place } from "./layout.ts";
import { objectPath, type ServerContext } from "./server-context.ts";
import { calendarOf, type Account, type Calendar, type Instance, type StoredObject } from "./state.ts";

/** An object and where its owner sees it. */
export type UidHolder = {
  readonly account: Account;
  readonly instance: Instance;
  readonly stored: StoredObject;
};

/** Objects by UID, kept per calendar and caught up with its change log, so that 20 000 PUTs stay cheap. */
type Registry = { seen: number; readonly names: Map<string, string> };
const registries = new WeakMap<Calendar, Registry>();

/** Another object of the account (in any of its own calendars) with that UID, or undefined. */
export function uidHolder(
  context: ServerContext,
  place: Extract<Place, { kind: "object" }>,
  uid: string,
): UidHolder | undefined {
  for (const instance of place.account.instances) {
    if (instance.shareHref !== null) continue;
    const calendar = calendarOf(context.state, instance);
    const name = upToDate(calendar).names.get(uid);
    const same = instance === place.instance && name === place.name;
    const stored = name === undefined || same ? undefined : calendar.objects.get(name);
    if (stored?.index.uid === uid) return { account: place.account, instance, stored };
  }
  return undefined;
}

/** The path of the holder, for the error body. */
export function ownerPath(context: ServerContext, holder: UidHolder): string {
  return objectPath(context, holder.account, holder.instance, holder.stored.name);
}

function upToDate(calendar: Calendar): Registry {
  const registry = registries.get(calendar) ?? { seen: 0, names: new Map<string, string>() };
  registries.set(calendar, registry);
  for (const change of calendar.changes.slice(registry.seen)) {
    const stored = calendar.objects.get(change.name);
    if (stored) registry.names.set(stored.index.uid, stored.name);
  }
  registry.seen = calendar.changes.length;
  return registry;
}
