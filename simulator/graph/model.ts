import type { Recurrence } from "./recurrence.ts";
import type { Switches } from "./switches.ts";

type EmailAddress = { readonly name: string; readonly address: string };

export type Attendee = {
  readonly type: "required" | "optional" | "resource";
  readonly status: { readonly response: string; readonly time: string };
  readonly emailAddress: EmailAddress;
};

/** Something attached to an event, in Graph's own form; a file of 1 KiB unless told otherwise. */
export type Attachment = {
  readonly "@odata.type"?: `#microsoft.graph.${"file" | "item" | "reference"}Attachment`;
  readonly name: string;
  readonly contentType?: string;
  /** Bytes. */
  readonly size?: number;
  /** Part of the body: a picture in it. */
  readonly isInline?: boolean;
  readonly contentId?: string;
};

/** A location with all that Outlook may know of it, in Graph's own form. */
export type Place = {
  readonly displayName: string;
  readonly locationType?: string;
  readonly locationEmailAddress?: string;
  readonly locationUri?: string;
  readonly uniqueId?: string;
  readonly uniqueIdType?: string;
  readonly address?: Readonly<Record<string, string>>;
  readonly coordinates?: {
    readonly latitude?: number;
    readonly longitude?: number;
    readonly accuracy?: number;
    readonly altitude?: number;
    readonly altitudeAccuracy?: number;
  };
};

/** What an event says, apart from its time and identity. Values as Graph writes them. */
export type EventContent = {
  readonly subject: string;
  readonly body: { readonly contentType: "html" | "text"; readonly content: string };
  readonly location: string;
  /** Places in full; they go before the text of `location`. */
  readonly locations: readonly Place[];
  readonly attendees: readonly Attendee[];
  readonly organizer: EmailAddress;
  readonly isOrganizer: boolean;
  readonly responseStatus: { readonly response: string; readonly time: string };
  readonly responseRequested: boolean;
  readonly allowNewTimeProposals: boolean;
  readonly hideAttendees: boolean;
  readonly showAs: string;
  readonly sensitivity: string;
  readonly importance: string;
  readonly categories: readonly string[];
  readonly isReminderOn: boolean;
  readonly reminderMinutesBeforeStart: number;
  readonly attachments: readonly Attachment[];
  readonly isCancelled: boolean;
  readonly isDraft: boolean;
  readonly isOnlineMeeting: boolean;
  readonly transactionId: string | null;
};

/** Start and end: the wall clock in the event's own zone, and the instants. */
export type Span = {
  readonly startWall: number;
  readonly endWall: number;
  readonly start: number;
  readonly end: number;
};

/** A changed occurrence of a series: its time, and the content that differs from the master's. */
export type Exception = { readonly span: Span; readonly content: Partial<EventContent> };

/** A single event or a series, as stored. The span of a series is its first occurrence's. */
export type Item = {
  /** Stays for life and is the identity inside the simulator. */
  readonly immutableId: string;
  /** Changes when the event moves between calendars. */
  readonly id: string;
  /** Raised with every change; makes changeKey and ETag. One for a whole series. */
  readonly revision: number;
  readonly created: number;
  readonly modified: number;
  readonly iCalUId: string;
  readonly isAllDay: boolean;
  /** IANA zone in which a series repeats and an all-day event has its midnights. */
  readonly zone: string;
  /** The zone names that Graph reports for start, end and recurrence. */
  readonly zoneNames: { readonly start: string; readonly end: string; readonly recurrence: string };
  readonly span: Span;
  readonly content: EventContent;
  readonly recurrence: Recurrence | null;
  /** By day number of the original start in `zone`. */
  readonly exceptions: ReadonlyMap<number, Exception>;
  readonly cancelled: ReadonlySet<number>;
  /** The form before the last change, for deliveries that come late. */
  readonly previous: Item | null;
};

/** A change to a calendar. Its place in the log is what a delta link remembers. */
type LogEntry = {
  readonly at: number;
  readonly kind: "stored" | "removed";
  readonly id: string;
  readonly immutableId: string;
};

/** The events of one calendar folder with the log of their changes. */
export type Folder = {
  readonly owner: Mailbox;
  /** By immutable id. */
  readonly items: Map<string, Item>;
  /** Immutable ids by present default id. */
  readonly immutableIds: Map<string, string>;
  readonly log: LogEntry[];
};

/** A calendar as one mailbox sees it: its own folder, or one that another mailbox shares with it. */
export type Calendar = {
  readonly id: string;
  name: string;
  readonly changeKey: string;
  readonly color: string;
  readonly hexColor: string;
  readonly canEdit: boolean;
  readonly isDefault: boolean;
  readonly folder: Folder;
  switches: Partial<Switches>;
};

export type Mailbox = {
  readonly tenant: Tenant;
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  /** Windows or IANA name; may be nonsense, as in real mailboxes. */
  readonly timeZone: string;
  masterCategories: readonly { readonly displayName: string; readonly color: string }[];
  readonly calendars: Calendar[];
  switches: Partial<Switches>;
};

export type AppRegistration = {
  readonly clientId: string;
  /** The secret's value and its expiry (epoch ms). */
  readonly secret: { readonly value: string; readonly expires: number | null } | null;
  /** PEM of the registered certificate. */
  readonly certificate: string | null;
  /** Application permissions, `Calendars.Read` … */
  readonly permissions: readonly string[];
  readonly consented: boolean;
  /** False: granted by RBAC for Applications, so that tokens carry no `roles`. */
  readonly rolesInToken: boolean;
  readonly tokenLifetimeSeconds: number;
};

export type Tenant = {
  /** GUID. */
  readonly id: string;
  readonly domain: string;
  readonly cloud: Cloud;
  readonly apps: Map<string, AppRegistration>;
  readonly mailboxes: Mailbox[];
  /** Raised to revoke all tokens issued so far. */
  tokenEpoch: number;
};

/** One cloud: a login authority and a Graph, by origin. Tokens of one are nothing to the other. */
export type Cloud = { readonly name: string; readonly login: string; readonly graph: string };
