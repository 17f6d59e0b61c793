import { calendarOf, mailboxOf, tenantOf } from "./find.ts";
import { newCalendarId } from "./ids.ts";
import type { AppRegistration, Calendar, Folder, Mailbox, Tenant } from "./model.ts";
import type { World } from "./world.ts";

export type NewApp = Partial<Omit<AppRegistration, "secret">> & {
  readonly tenant: string;
  /** The secret's value, and when it expires (ISO 8601). */
  readonly secret?: string;
  readonly secretExpires?: string;
};

export type NewMailbox = {
  readonly tenant: string;
  readonly userPrincipalName: string;
  readonly displayName?: string;
  readonly objectId?: string;
  readonly timeZone?: string;
  readonly masterCategories?: Mailbox["masterCategories"];
};

export type NewCalendar = { readonly mailbox: string; readonly name: string; readonly canEdit?: boolean };

/** Tenants, app registrations, mailboxes and calendars. */
export function directoryOperations(world: World) {
  return {
    /** Adds a tenant to a cloud (the first one by default). */
    addTenant(input: { readonly domain: string; readonly id?: string; readonly cloud?: string }) {
      const cloud = world.clouds.find(({ name }) => name === (input.cloud ?? world.clouds[0]?.name));
      if (cloud === undefined) throw new Error(`There is no cloud "${input.cloud}".`);
      const id = (input.id ?? world.identifiers.guid()).toLowerCase();
      const domain = input.domain.toLowerCase();
      const tenant: Tenant = { id, domain, cloud, apps: new Map(), mailboxes: [], tokenEpoch: 0 };
      world.tenants.push(tenant);
      return { id, domain, cloud: cloud.name, login: cloud.login, graph: cloud.graph };
    },

    /** Registers an app: with a secret, or with the PEM of a certificate. */
    addApp({ tenant, secret, secretExpires, ...rest }: NewApp) {
      const clientId = (rest.clientId ?? world.identifiers.guid()).toLowerCase();
      const expires = secretExpires === undefined ? null : Date.parse(secretExpires);
      const app: AppRegistration = {
        certificate: null,
        permissions: ["Calendars.Read", "MailboxSettings.Read"],
        consented: true,
        rolesInToken: true,
        tokenLifetimeSeconds: 3599,
        ...rest,
        clientId,
        secret: secret === undefined ? null : { value: secret, expires },
      };
      tenantOf(world, tenant).apps.set(clientId, app);
      return { clientId };
    },

    /** Makes every token of a tenant worthless. */
    revokeTokens({ tenant }: { readonly tenant: string }) {
      tenantOf(world, tenant).tokenEpoch += 1;
    },

    /** Adds a mailbox with its default calendar, "Calendar". */
    addMailbox(input: NewMailbox) {
      const mailbox: Mailbox = {
        tenant: tenantOf(world, input.tenant),
        objectId: (input.objectId ?? world.identifiers.guid()).toLowerCase(),
        userPrincipalName: input.userPrincipalName,
        displayName: input.displayName ?? input.userPrincipalName.split("@")[0] ?? "",
        timeZone: input.timeZone ?? "UTC",
        masterCategories: input.masterCategories ?? [
          { displayName: "Red category", color: "preset0" },
          { displayName: "Blue category", color: "preset7" },
        ],
        calendars: [],
        switches: {},
      };
      mailbox.tenant.mailboxes.push(mailbox);
      const { id } = addCalendar(world, mailbox, "Calendar", { isDefault: true });
      return {
        objectId: mailbox.objectId,
        userPrincipalName: mailbox.userPrincipalName,
        defaultCalendar: id,
      };
    },

    /** Adds a calendar to a mailbox. */
    addCalendar({ mailbox, name, canEdit }: NewCalendar) {
      const { id } = addCalendar(world, mailboxOf(world, mailbox), name, { canEdit: canEdit ?? true });
      return { id };
    },

    /** Puts a calendar of one mailbox into the list of another, with an id of its own. */
    shareCalendar(input: NewCalendar & { readonly owner: string; readonly calendar?: string }) {
      const { folder } = calendarOf(mailboxOf(world, input.owner), input.calendar);
      const canEdit = input.canEdit ?? false;
      const { id } = addCalendar(world, mailboxOf(world, input.mailbox), input.name, { folder, canEdit });
      return { id };
    },

    /** Takes a calendar out of a mailbox's list, as deleting or unsharing it does. */
    removeCalendar({ mailbox: name, calendar }: { readonly mailbox: string; readonly calendar: string }) {
      const mailbox = mailboxOf(world, name);
      mailbox.calendars.splice(mailbox.calendars.indexOf(calendarOf(mailbox, calendar)), 1);
    },

    /** Gives a calendar another name. */
    renameCalendar(input: { readonly mailbox: string; readonly calendar: string; readonly name: string }) {
      calendarOf(mailboxOf(world, input.mailbox), input.calendar).name = input.name;
    },

    /** Replaces the list of categories with their colours (`preset0` to `preset24`, `none`). */
    setMasterCategories(input: {
      readonly mailbox: string;
      readonly masterCategories: Mailbox["masterCategories"];
    }) {
      mailboxOf(world, input.mailbox).masterCategories = input.masterCategories;
    },

    /** Takes a whole mailbox out of its tenant. */
    removeMailbox({ mailbox: name }: { readonly mailbox: string }) {
      const mailbox = mailboxOf(world, name);
      mailbox.tenant.mailboxes.splice(mailbox.tenant.mailboxes.indexOf(mailbox), 1);
    },
  };
}

function addCalendar(
  world: World,
  mailbox: Mailbox,
  name: string,
  options: { readonly isDefault?: boolean; readonly canEdit?: boolean; readonly folder?: Folder },
): Calendar {
  const id = newCalendarId(world.identifiers, mailbox);
  const calendar: Calendar = {
    id,
    name,
    changeKey: `${world.identifiers.hash(id).slice(0, 31)}=`,
    color: "auto",
    hexColor: "",
    canEdit: options.canEdit ?? true,
    isDefault: options.isDefault ?? false,
    folder: options.folder ?? { owner: mailbox, items: new Map(), immutableIds: new Map(), log: [] },
    switches: {},
  };
  mailbox.calendars.push(calendar);
  return calendar;
}
