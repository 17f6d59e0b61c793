import type { CounterReport, LoggedRequest } from "./counters.ts";
import type { CalendarName } from "./event-operations.ts";
import type { FaultRule } from "./faults.ts";
import { calendarOf, mailboxOf } from "./find.ts";
import type { Switches } from "./switches.ts";
import type { World } from "./world.ts";

/** How the service behaves, and what it has seen. */
export function serviceOperations(world: World) {
  return {
    /** Sets switches for everything, for one mailbox, or for one calendar of it. */
    setSwitches(input: Partial<CalendarName> & { readonly switches: Partial<Switches> }): void {
      if (input.mailbox === undefined) {
        world.switches = { ...world.switches, ...input.switches };
        return;
      }
      const mailbox = mailboxOf(world, input.mailbox);
      const subject = input.calendar === undefined ? mailbox : calendarOf(mailbox, input.calendar);
      subject.switches = { ...subject.switches, ...input.switches };
    },

    /** Lays a fault in wait. Returns its id. */
    addFault(rule: FaultRule): { readonly id: number } {
      return { id: world.faults.add(rule) };
    },

    /** Removes one fault, or all. */
    removeFaults({ id }: { readonly id?: number } = {}): void {
      world.faults.remove(id);
    },

    /** How often each fault hit, by id. */
    faultHits(): Readonly<Record<string, number>> {
      return world.faults.hits();
    },

    counters(): CounterReport {
      return world.counters.report();
    },

    /** The newest requests, oldest first. */
    requests(): readonly LoggedRequest[] {
      return world.counters.log();
    },

    resetCounters(): void {
      world.counters.reset();
    },

    /** Forgets the delta links of everything, of one mailbox, or of one calendar of it. */
    forgetSyncStates({ mailbox, calendar }: Partial<CalendarName> = {}): void {
      const concerned = mailbox === undefined ? null : mailboxOf(world, mailbox);
      const only = concerned === null || calendar === undefined ? null : calendarOf(concerned, calendar);
      world.syncStates.forget(
        (each) => concerned === null || (only === null ? concerned.calendars.includes(each) : only === each),
      );
    },

    /** Moves the simulator's time on, in milliseconds; tells what it is now. Notifications that fall due are sent. */
    advanceClock({ ms }: { readonly ms: number }): { readonly now: string } {
      world.clock.advance(ms);
      world.notifications.outbox.wake();
      return { now: new Date(world.clock.now()).toISOString() };
    },
  };
}
