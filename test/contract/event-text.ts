export type EventText = {
  readonly uid: string;
  readonly summary?: string;
  /** UTC, basic format. */
  readonly start?: string;
  readonly end?: string;
  /** Further lines of the VEVENT. */
  readonly lines?: readonly string[];
};

/** A calendar object with one plain event, CRLF line ends. */
export function eventText(event: EventText): string {
  const {
    uid,
    summary = "Meeting",
    start = "20270105T100000Z",
    end = "20270105T110000Z",
    lines = [],
  } = event;
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Kalends//contract test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20270101T000000Z",
    `DTSTART:${start}`,
    `DTEND:${end}`,
    `SUMMARY:${summary}`,
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
