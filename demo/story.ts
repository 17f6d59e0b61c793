import type { Household } from "../simulator/household.ts";

/** One thing that happens in the day: what is said, what is done, and what the phone must show afterwards. */
export type Chapter = {
  readonly title: string;
  readonly happen: (household: Household) => void;
  /** Titles of the events to look at on the phone afterwards. */
  readonly look: readonly string[];
  /** What is wrong with what the phone shows, or null. */
  readonly check: (starts: ReadonlyMap<string, readonly string[]>) => string | null;
};

const dayMs = 86_400_000;

/** Events that the story is about, put beside the generated ones before the first import. */
export function setTheScene(household: Household, now: number): readonly Chapter[] {
  const { graph, icloud, mailboxes } = household;
  const tomorrow = nextWorkday(now);
  const budget = graph.createEvent({
    mailbox: mailboxes.agency,
    event: { subject: "Budget talk with Dana", start: at(tomorrow, "10:00"), end: at(tomorrow, "11:00") },
  });
  const standUp = graph.createEvent({
    mailbox: mailboxes.company,
    event: {
      subject: "Team stand-up",
      start: at(tomorrow, "09:15"),
      end: at(tomorrow, "09:30"),
      recurrence: {
        pattern: { type: "daily", interval: 1 },
        range: { type: "noEnd", startDate: tomorrow, recurrenceTimeZone: "Eastern Standard Time" },
      },
    },
  });
  const dayAfter = dateOf(Date.parse(tomorrow) + dayMs);
  icloud.control.putObject("sean@icloud.com", "family", "dentist.ics", dentist(tomorrow));

  return [
    {
      title: "The budget talk is moved from 10:00 to 14:00 in Outlook",
      happen: () =>
        void graph.updateEvent({
          mailbox: mailboxes.agency,
          event: budget.immutableId,
          changes: { start: at(tomorrow, "14:00"), end: at(tomorrow, "15:00") },
        }),
      look: ["Budget talk with Dana"],
      check: (starts) => expectOnly(starts, "Budget talk with Dana", (start) => start.endsWith("14:00")),
    },
    {
      title: `The stand-up of ${dayAfter} is cancelled, the others stay`,
      happen: () =>
        void graph.cancelOccurrence({
          mailbox: mailboxes.company,
          event: standUp.immutableId,
          date: dayAfter,
        }),
      look: ["Team stand-up"],
      check: (starts) => {
        const shown = starts.get("Team stand-up") ?? [];
        if (shown.length < 10) return `only ${shown.length} stand-ups are left`;
        return shown.some((start) => start.startsWith(label(dayAfter)))
          ? "the cancelled one is still there"
          : null;
      },
    },
    {
      title: "The company's tenant throttles (429, Retry-After) while its stand-up is renamed",
      happen: () => {
        const effect = { kind: "status", status: 429, retryAfter: "fraction", retryAfterSeconds: 1 } as const;
        graph.addFault({
          server: "graph",
          path: mailboxes.company.replace("@", "(@|%40)"),
          times: 3,
          effect,
        });
        graph.updateEvent({
          mailbox: mailboxes.company,
          event: standUp.immutableId,
          changes: { subject: "Daily stand-up" },
        });
      },
      look: ["Daily stand-up"],
      check: (starts) =>
        starts.has("Daily stand-up") && !starts.has("Team stand-up") ? null : "the new name is not there",
    },
    {
      title: "Microsoft forgets every delta link (410) and all tokens are revoked",
      happen: () => {
        graph.forgetSyncStates();
        for (const name of [mailboxes.agency, mailboxes.company])
          graph.revokeTokens({ tenant: name.split("@")[1] ?? "" });
      },
      look: ["Budget talk with Dana"],
      check: (starts) => expectOnly(starts, "Budget talk with Dana", (start) => start.endsWith("14:00")),
    },
    {
      title: "The dentist's appointment is deleted in iCloud",
      happen: () => void icloud.control.deleteObject("sean@icloud.com", "family", "dentist.ics"),
      look: ["Dentist, in a hurry"],
      check: (starts) => (starts.has("Dentist, in a hurry") ? "it is still there" : null),
    },
  ];
}

function expectOnly(
  starts: ReadonlyMap<string, readonly string[]>,
  title: string,
  isRight: (start: string) => boolean,
): string | null {
  const shown = starts.get(title) ?? [];
  return shown.length === 1 && shown.every(isRight)
    ? null
    : `expected once at the right time, saw: ${shown.join(", ") || "nothing"}`;
}

function at(date: string, time: string): { dateTime: string; timeZone: string } {
  return { dateTime: `${date}T${time}:00.0000000`, timeZone: "Eastern Standard Time" };
}

function dentist(date: string): string {
  const day = date.replaceAll("-", "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
    "BEGIN:VEVENT",
    "UID:DENTIST-0001",
    "DTSTAMP:20260101T000000Z",
    `DTSTART:${day}T200000Z`,
    `DTEND:${day}T210000Z`,
    "SUMMARY:Dentist\\, in a hurry",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

function nextWorkday(now: number): string {
  let day = now + dayMs;
  while ([0, 6].includes(new Date(day).getUTCDay())) day += dayMs;
  return dateOf(day);
}

function dateOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** The date as the phone shows it, "Mon, 23 Nov" or "Mon 23 Nov" up to the time. */
function label(date: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  }).format(Date.parse(date));
}
