import type { AppRegistration, Calendar, Cloud, Mailbox } from "./model.ts";
import type { Preferences } from "./prefer.ts";
import type { Switches } from "./switches.ts";
import type { World } from "./world.ts";

/** A request for a mailbox that was let in: whose it is and what it is about. */
export type GraphRequest = {
  readonly world: World;
  readonly cloud: Cloud;
  readonly app: AppRegistration;
  readonly mailbox: Mailbox;
  /** The calendar that the path names; the default calendar where it names none. */
  readonly calendar: Calendar;
  readonly isCalendarNamed: boolean;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The event's id in the path, decoded; empty where there is none. */
  readonly eventId: string;
  readonly preferences: Preferences;
  readonly switches: Switches;
};
