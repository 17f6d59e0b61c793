import type { MailboxConfig } from "../../config/config.ts";
import type { Clock } from "../../http/clock.ts";
import type { Source, Translator } from "../source.ts";
import { createAttachmentAccess } from "./attachment-access.ts";
import { createCalendarReader } from "./calendar-reader.ts";
import { listCalendars } from "./calendars.ts";
import type { GraphClient } from "./client.ts";
import { listView } from "./list-view.ts";
import { createMailbox } from "./mailbox.ts";
import { defaultPageLimits, type PageLimits } from "./page-guard.ts";
import { extend } from "./position.ts";
import { pullRound } from "./round.ts";
import type { Expansion } from "./series-expansion.ts";
import { settleOwed } from "./settle.ts";

export type GraphSourceOptions = {
  readonly sourceId: string;
  readonly mailbox: MailboxConfig;
  /** The tenant's: see createGraphTenant. */
  readonly client: GraphClient;
  readonly expansion: Expansion;
  readonly translator: Translator;
  readonly clock: Clock;
  /** How many days further than `RoundRequest.window` a new delta token's window reaches. */
  readonly rebaseDays: number;
  readonly limits?: PageLimits;
};

/** One Graph mailbox as a source. `RoundRequest.window` is the promised window. */
export function createGraphSource(options: GraphSourceOptions): Source {
  const { sourceId, client, clock, rebaseDays, limits = defaultPageLimits } = options;
  const { user, calendars } = options.mailbox;
  const mailbox = createMailbox({ sourceId, user, client, clock, limits });
  const access = createAttachmentAccess(clock);
  return {
    listCalendars: (memory, signal) => listCalendars(mailbox, calendars, memory, signal),
    round: (request, signal) =>
      pullRound({ mailbox, attachments: access, rebaseDays, limits }, request, signal),
    settle: (calendar, items, window, signal, others = []) => {
      const reader = createCalendarReader(mailbox, calendar, signal);
      const elsewhere = others.map((other) => createCalendarReader(mailbox, other, signal));
      // All that a delta token may tell of: what it has brought must not be judged by less.
      const whole = extend(window, rebaseDays);
      return settleOwed({ reader, elsewhere, access, window: whole, expansion: options.expansion }, items);
    },
    list: (calendar, window, signal) => listView(mailbox, calendar, window, signal),
    coverage: "window",
    translator: options.translator,
    // The tenant owns the connection; a mailbox holds nothing.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
