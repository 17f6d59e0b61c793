import { clearActivity, type RequestRecord } from "./activity.ts";
import { createCalendar, removeObject, storeObject } from "./calendar-store.ts";
import { addFault, type FaultSpec } from "./faults.ts";
import { indexObject, indexWithoutRecurrence } from "./ical-index.ts";
import { parseIcal } from "./ical-text.ts";
import { apple, dav } from "./names.ts";
import type { SchedulingMessage } from "./scheduling.ts";
import { calendarPath, objectPath, type ServerContext } from "./server-context.ts";
import { calendarOf, instanceAt, type Access, type Account, type Calendar, type Instance } from "./state.ts";
import type { CaldavSwitches } from "./switches.ts";
import { node } from "./xml-node.ts";

/** A user to add. `email` and `displayName` default to the name. */
export type UserSpec = {
  readonly name: string;
  readonly password: string;
  readonly email?: string;
  readonly displayName?: string;
  /** iCloud: the number in the user's paths, and the partition that serves the home. */
  readonly dsid?: string;
  readonly partition?: number;
  /** Whether the calendars that such a server makes by itself are there (default true). */
  readonly defaultCalendars?: boolean;
};

/** A calendar to add to a user's home. */
export type CalendarSpec = {
  readonly uri: string;
  readonly name?: string;
  readonly color?: string;
  readonly components?: readonly string[];
  /** Played as a calendar shared with the user, whose objects are 404 in multiget. */
  readonly unreadableByMultiget?: boolean;
};

/** An object as it is stored. */
type ObjectView = { readonly body: string; readonly etag: string; readonly href: string };

/** A calendar as a user sees it. */
type CalendarView = {
  readonly uri: string;
  readonly href: string;
  readonly name: string | null;
  readonly access: Access;
  readonly shared: boolean;
  readonly components: readonly string[];
  readonly objects: number;
  /** The number the next change will get. */
  readonly token: number;
};

/** What has happened since the start or the last `clearCounters`. */
type Counters = {
  readonly byMethod: Readonly<Record<string, number>>;
  /** By path of the object. */
  readonly writes: Readonly<Record<string, { readonly puts: number; readonly deletes: number }>>;
  readonly mail: readonly SchedulingMessage[];
  readonly sessions: number;
  /** By path of the calendar (in its first holder's home). */
  readonly maxParallelWrites: Readonly<Record<string, number>>;
};

/** The simulator's inner side: everything that happens without HTTP. All methods throw on an unknown name. */
export type CaldavControl = {
  addUser(spec: UserSpec): void;
  setPassword(user: string, password: string): void;
  setEmail(user: string, email: string): void;
  addCalendar(user: string, spec: CalendarSpec): void;
  /** Removes the user's instance, or everything where the user owns it. */
  removeCalendar(user: string, calendar: string): void;
  calendars(user: string): CalendarView[];
  /** Writes as somebody else would, the phone or the account's owner: no checks, no scheduling. Returns the ETag. */
  putObject(user: string, calendar: string, name: string, body: string): string;
  deleteObject(user: string, calendar: string, name: string): boolean;
  /** The ground truth: what stands in the calendar, by object name. */
  objects(user: string, calendar: string): Readonly<Record<string, ObjectView>>;
  /** Makes every token given out so far unknown (iCloud and plain). */
  expireTokens(user: string, calendar: string): void;
  /** Moves an iCloud home to another partition and, if given, another number in its path. */
  moveAccount(user: string, to: { readonly partition: number; readonly dsid?: string }): void;
  /** Changes switches and returns them all. */
  setSwitches(change: Partial<CaldavSwitches>): CaldavSwitches;
  /** Sets a fault and returns its id. */
  addFault(spec: FaultSpec): number;
  clearFaults(): void;
  counters(): Counters;
  requests(): readonly RequestRecord[];
  clearCounters(): void;
  /** Keeps the whole state under a name. */
  snapshot(name: string): void;
  /** Goes back to a kept state, as after restoring an old backup; tokens go back with it. */
  restore(name: string): void;
};

/** Makes the control of a simulator. */
export function createControl(context: ServerContext): CaldavControl {
  const snapshots = new Map<string, ServerContext["state"]>();
  const account = (user: string): Account => found(context.state.accounts.get(user), `user ${user}`);
  const instance = (user: string, uri: string): Instance =>
    found(instanceAt(account(user), uri), `calendar ${uri} of ${user}`);
  const calendar = (user: string, uri: string): Calendar => calendarOf(context.state, instance(user, uri));
  return {
    addUser: (spec) => addUser(context, spec),
    setPassword: (user, password) => {
      account(user).password = password;
    },
    setEmail: (user, email) => {
      account(user).email = email;
    },
    addCalendar: (user, spec) => addCalendar(context, account(user), spec),
    removeCalendar: (user, uri) => removeCalendar(context, account(user), instance(user, uri)),
    calendars: (user) => account(user).instances.map((entry) => viewOf(context, account(user), entry)),
    putObject: (user, uri, name, body) => {
      const parsed = parseIcal(body);
      return storeObject(calendar(user, uri), name, body, lenientIndex(parsed), {
        shareToken: false,
        etagByContent: context.persona === "baikal",
      });
    },
    deleteObject: (user, uri, name) => removeObject(calendar(user, uri), name, false),
    objects: (user, uri) =>
      Object.fromEntries(
        [...calendar(user, uri).objects.values()].map((stored) => [
          stored.name,
          {
            body: stored.body,
            etag: stored.etag,
            href: objectPath(context, account(user), instance(user, uri), stored.name),
          },
        ]),
      ),
    expireTokens: (user, uri) => {
      const target = calendar(user, uri);
      target.token += 1;
      target.knownFrom = target.token;
    },
    moveAccount: (user, to) => {
      const moved = account(user);
      context.state.formerHomes.push({ dsid: moved.dsid, partition: moved.partition, account: user });
      moved.partition = to.partition;
      moved.dsid = to.dsid ?? moved.dsid;
    },
    setSwitches: (change) => ({ ...Object.assign(context.switches, change) }),
    addFault: (spec) => addFault(context.faults, spec),
    clearFaults: () => {
      context.faults.faults.length = 0;
    },
    counters: () => countersOf(context),
    requests: () => [...context.activity.requests],
    clearCounters: () => clearActivity(context.activity),
    snapshot: (name) => {
      snapshots.set(name, structuredClone(context.state));
    },
    restore: (name) => {
      context.state = structuredClone(found(snapshots.get(name), `snapshot ${name}`));
    },
  };
}

function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`the CalDAV simulator knows no ${what}`);
  return thing;
}

function lenientIndex(parsed: ReturnType<typeof parseIcal>): ReturnType<typeof indexObject> {
  try {
    return indexObject(parsed);
  } catch {
    return indexWithoutRecurrence(parsed);
  }
}

function addUser(context: ServerContext, spec: UserSpec): void {
  if (context.state.accounts.has(spec.name))
    throw new Error(`the CalDAV simulator has a user ${spec.name} already`);
  const added: Account = {
    name: spec.name,
    password: spec.password,
    email: spec.email ?? spec.name,
    displayName: spec.displayName ?? spec.name,
    dsid: spec.dsid ?? String(17_149_682 + context.state.accounts.size),
    partition: spec.partition ?? 0,
    instances: [],
    inbox: new Map(),
  };
  context.state.accounts.set(spec.name, added);
  if (spec.defaultCalendars === false) return;
  if (context.persona === "baikal") {
    addCalendar(context, added, {
      uri: "default",
      name: "Default calendar",
      components: ["VEVENT", "VTODO"],
    });
  }
  if (context.persona === "icloud") {
    addCalendar(context, added, { uri: "home", name: "Home", color: "#1BADF8FF" });
    addCalendar(context, added, { uri: "tasks", name: "Reminders ⚠️", components: ["VTODO"] });
  }
}

function addCalendar(context: ServerContext, account: Account, spec: CalendarSpec): void {
  if (instanceAt(account, spec.uri)) throw new Error(`${account.name} has a calendar ${spec.uri} already`);
  const properties = new Map([[dav("displayname"), node(dav("displayname"), spec.name ?? spec.uri)]]);
  if (spec.color !== undefined)
    properties.set(apple("calendar-color"), node(apple("calendar-color"), spec.color));
  account.instances.push(
    createCalendar(context.state, {
      uri: spec.uri,
      components: spec.components ?? ["VEVENT"],
      access: 1,
      properties,
      unreadableByMultiget: spec.unreadableByMultiget ?? false,
    }),
  );
}

function removeCalendar(context: ServerContext, account: Account, gone: Instance): void {
  for (const holder of gone.access === 1 ? context.state.accounts.values() : [account]) {
    const kept = holder.instances.filter((entry) =>
      gone.access === 1 ? entry.calendarId !== gone.calendarId : entry !== gone,
    );
    holder.instances.splice(0, holder.instances.length, ...kept);
  }
}

function viewOf(context: ServerContext, account: Account, instance: Instance): CalendarView {
  const calendar = calendarOf(context.state, instance);
  const name = instance.properties.get(dav("displayname"))?.children[0];
  return {
    uri: instance.uri,
    href: calendarPath(context, account, instance),
    name: typeof name === "string" ? name : null,
    access: instance.access,
    shared: instance.shareHref !== null,
    components: calendar.components,
    objects: calendar.objects.size,
    token: calendar.token,
  };
}

function countersOf(context: ServerContext): Counters {
  const pathOf = (id: number): string => {
    for (const account of context.state.accounts.values()) {
      const holder = account.instances.find((instance) => instance.calendarId === id);
      if (holder) return calendarPath(context, account, holder);
    }
    return `removed calendar ${id}`;
  };
  const { activity } = context;
  return {
    byMethod: Object.fromEntries(activity.byMethod),
    writes: Object.fromEntries([...activity.writes].map(([path, count]) => [path, { ...count }])),
    mail: [...activity.mail],
    sessions: activity.sessions,
    maxParallelWrites: Object.fromEntries(
      [...activity.maxParallelWrites].map(([id, most]) => [pathOf(id), most]),
    ),
  };
}
