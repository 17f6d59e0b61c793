import * as fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { stripControls } from "../../../src/calendar/content-line.ts";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";
import { master, meeting, onlyEvent, window, zone } from "../graph-translate/graph-events.ts";
import { anyText } from "./any-text.ts";
import { eventsOfValid, expectOwnProperties, expectSentence } from "./valid-object.ts";

const seed = 20261122;

const place = fc.record({
  displayName: anyText,
  locationUri: anyText,
  locationEmailAddress: anyText,
  uniqueId: anyText,
  address: fc.record({
    street: anyText,
    city: anyText,
    state: anyText,
    postalCode: anyText,
    countryOrRegion: anyText,
  }),
  coordinates: fc.option(fc.record({ latitude: fc.double(), longitude: fc.double() })),
});
const person = fc.record({ emailAddress: fc.record({ name: anyText, address: anyText }) });
const address = fc.oneof(
  anyText,
  anyText.map((text) => `https://example.com/${text}`),
  anyText.map((text) => `https://${text}/`),
);

// Behind an escaped backslash ical.js does not see the comma that separates two categories.
const category = anyText.map((text) => text.replace(/\\[^\p{L}]*$/u, ""));

/** Every text that an event of Graph has, said or undeclared. */
const texts = fc.record(
  {
    id: anyText.filter((id) => id !== ""),
    iCalUId: anyText,
    uid: anyText,
    subject: anyText,
    bodyPreview: anyText,
    body: fc.record({ contentType: fc.constantFrom("text", "html"), content: anyText }),
    categories: fc.array(category, { maxLength: 3 }),
    location: place,
    locations: fc.array(place, { maxLength: 3 }),
    organizer: person,
    attendees: fc.array(person, { maxLength: 3 }),
    webLink: address,
    onlineMeetingUrl: address,
    onlineMeeting: fc.record({
      joinUrl: address,
      conferenceId: anyText,
      tollNumber: anyText,
      quickDial: anyText,
    }),
    attachments: fc.array(
      fc.record({ name: anyText, contentType: anyText, sourceUrl: address, size: fc.nat() }),
      {
        maxLength: 2,
      },
    ),
    originalStartTimeZone: anyText,
    originalEndTimeZone: anyText,
    transactionId: anyText,
    seriesMasterId: anyText,
    occurrenceId: anyText,
    showAs: anyText,
    sensitivity: anyText,
    importance: anyText,
    createdDateTime: anyText,
    lastModifiedDateTime: anyText,
    isReminderOn: fc.boolean(),
    hideAttendees: fc.boolean(),
    isOrganizer: fc.boolean(),
  },
  { requiredKeys: ["id"] },
);

/** What the event that counts for an object has of an identity and a title. */
type Named = { readonly id?: string | undefined; readonly subject?: string | null | undefined };

/** `native` is what is staged, before it is JSON. */
function hold(native: object, { id, subject }: Named, events: number): void {
  const context = { zone, window, categoryColors: {} };
  const translation = graphTranslator.translate(JSON.stringify(native), context);
  if (translation.kind === "translated") translation.notes.forEach(expectSentence);
  const { object, identity } = onlyEvent(translation);
  expect(identity).toBe(id);
  const found = eventsOfValid(object.ics);
  expect(found).toHaveLength(events);
  found.forEach(expectOwnProperties);
  const title = cleanTitle(subject ?? "");
  const shown = cleanTitle(String(found[0]?.getFirstPropertyValue("summary")));
  // Exchange takes titles of 255 characters: longer ones may be cut.
  const kept = shown.length < 255 ? shown : shown.replace(/[\uFFFD…]$/, "");
  if (title !== "") expect(shown.length < 255 ? title : title.slice(0, kept.length)).toBe(kept);
  expect(fingerprint(object.ics)).toBe(object.fingerprint);
  expect(fingerprint(new ICAL.Component(ICAL.parse(object.ics)).toString())).toBe(object.fingerprint);
}

const holdSingle = (changes: object & Named): void =>
  hold({ kind: "single", event: { ...meeting, ...changes } }, { ...meeting, ...changes }, 1);

/** Breaks and blanks are for the translator to choose; no other character of a title may be lost. */
const cleanTitle = (text: string): string => stripControls(text).replace(/\s+/g, " ").trim();

describe("no text of a Graph event makes its object invalid, adds to it, or loses it", () => {
  const position = { latitude: 47.6, longitude: -122.1 };

  it.each<[string, Partial<GraphEvent>]>([
    [
      "a backslash and a caret in the address of a map",
      { location: { displayName: "C:\\new ^n", address: { city: "\\! ^^" }, coordinates: position } },
    ],
    [
      "a position next to nothing",
      { location: { displayName: "Null Island", coordinates: { latitude: 0, longitude: 5e-324 } } },
    ],
    ["a title cut within a character", { subject: `${"x".repeat(999)}\u{1F389}${"x".repeat(99)}` }],
    ["an address to join of several kinds", { onlineMeetingUrl: "https://example.com/a,b;c" }],
  ])("%s", (_, changes) => holdSingle(changes));

  it("in a single event", { timeout: 30_000 }, () => {
    fc.assert(fc.property(texts, holdSingle), { numRuns: 200, seed });
  });

  it("in a series, its exceptions and its ids", { timeout: 30_000 }, () => {
    const ids = fc.array(anyText, { maxLength: 2 });
    fc.assert(
      fc.property(texts, texts, ids, anyText, (changes, altered, cancelled, mailboxTimeZone) => {
        const exception = {
          ...meeting,
          ...altered,
          type: "exception",
          originalStart: "2026-03-09T13:00:00Z",
          occurrenceId: "OID.AAMk-master.2026-03-09",
        };
        const whole = { ...master, ...changes };
        const native = { kind: "series", master: whole, exceptions: [exception], cancelled, instances: null };
        hold({ ...native, mailboxTimeZone }, whole, 2);
      }),
      { numRuns: 100, seed },
    );
  });
});
