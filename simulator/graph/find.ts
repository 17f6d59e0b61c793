import type { Calendar, Item, Mailbox, Tenant } from "./model.ts";
import type { World } from "./world.ts";

/** A tenant by GUID or domain. @throws Error */
export function tenantOf(world: World, name: string): Tenant {
  const tenant = world.tenants.find(({ id, domain }) => id === name || domain === name);
  if (tenant === undefined) throw new Error(`There is no tenant "${name}".`);
  return tenant;
}

/** A mailbox by user principal name or object id. @throws Error */
export function mailboxOf(world: World, name: string): Mailbox {
  for (const { mailboxes } of world.tenants) {
    const found = mailboxes.find((each) => each.userPrincipalName === name || each.objectId === name);
    if (found !== undefined) return found;
  }
  throw new Error(`There is no mailbox "${name}".`);
}

/** A calendar of a mailbox by id or name; the default calendar without one. @throws Error */
export function calendarOf(mailbox: Mailbox, name?: string): Calendar {
  const found = mailbox.calendars.find((each) =>
    name === undefined ? each.isDefault : each.id === name || each.name === name,
  );
  if (found === undefined) throw new Error(`${mailbox.userPrincipalName} has no calendar "${name}".`);
  return found;
}

/** An event of a mailbox by either id, with the calendar it stands in. @throws Error */
export function eventOf(mailbox: Mailbox, id: string): { readonly calendar: Calendar; readonly item: Item } {
  for (const calendar of mailbox.calendars) {
    const { items, immutableIds } = calendar.folder;
    const item = items.get(immutableIds.get(id) ?? id);
    if (item !== undefined) return { calendar, item };
  }
  throw new Error(`${mailbox.userPrincipalName} has no event "${id}".`);
}
