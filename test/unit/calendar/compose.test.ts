import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { serialiseComponent } from "../../../src/calendar/component.ts";
import { composeCalendar, type EventDescription } from "../../../src/calendar/compose.ts";

const at = Date.UTC(2026, 0, 5, 9);

const plain: EventDescription = {
  uid: "u-1",
  start: { form: "utc", wall: at },
  end: { form: "utc", wall: at + 3_600_000 },
  recurrenceId: null,
  rule: null,
  excluded: [],
  summary: "Tide",
  description: "",
  html: null,
  places: [],
  categories: [],
  color: null,
  created: null,
  modified: at,
  status: "CONFIRMED",
  isTransparent: false,
  busyStatus: "BUSY",
  classification: "PUBLIC",
  priority: null,
  alarmMinutes: null,
  joinUrl: null,
};

const pier = {
  name: "Pier 4",
  address: "4 Quay St, Astoria",
  position: { latitude: 46.188, longitude: -123.8310004 },
};

function linesOf(changes: Partial<EventDescription>): string[] {
  const ics = serialiseComponent(composeCalendar([{ ...plain, ...changes }]));
  expect(() => ICAL.parse(ics)).not.toThrow();
  return ics.replaceAll("\r\n ", "").split("\r\n");
}

function linesNamed(name: RegExp, changes: Partial<EventDescription>): string[] {
  return linesOf(changes).filter((line) => name.test(line));
}

const placeNames = /^(?:LOCATION|GEO|X-APPLE)/;

describe("an event with a place", () => {
  it("shows name, address, position and a map", () => {
    expect(linesNamed(placeNames, { places: [pier] })).toEqual([
      "LOCATION:Pier 4\\, 4 Quay St\\, Astoria",
      "GEO:46.188000;-123.831000",
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="4 Quay St, Astoria";X-APPLE-RADIUS=100;X-TITLE=Pier 4:geo:46.188000,-123.831000',
    ]);
  });

  it("names all of several, and gives the first known position", () => {
    const places = [
      { name: "Room 1", address: "", position: null },
      pier,
      { ...pier, name: "", position: null },
    ];
    expect(linesNamed(placeNames, { places })).toEqual([
      "LOCATION:Room 1\\; Pier 4\\, 4 Quay St\\, Astoria\\; 4 Quay St\\, Astoria",
      "GEO:46.188000;-123.831000",
    ]);
  });

  it("of several shows no map, which would be of one of them", () => {
    const places = [pier, { ...pier, name: "Pier 5" }];
    expect(linesNamed(/^(?:GEO|X-APPLE)/, { places })).toEqual(["GEO:46.188000;-123.831000"]);
  });

  it("does not say its address twice", () => {
    const whole = { ...pier, name: "4 Quay St, Astoria, OR", position: null };
    expect(linesNamed(placeNames, { places: [whole, whole] })).toEqual([
      "LOCATION:4 Quay St\\, Astoria\\, OR",
    ]);
  });

  it.each([
    [90.1, 0],
    [0, -180.5],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [0, 0],
  ])("has no position at %d, %d", (latitude, longitude) => {
    const places = [{ ...pier, position: { latitude, longitude } }];
    expect(linesNamed(/^(?:GEO|X-APPLE)/, { places })).toEqual([]);
  });

  it("whose name holds quotes and line breaks stays one valid property", () => {
    const places = [{ ...pier, name: 'The "old"\r\npier:;,\u0000', address: "" }];
    expect(linesNamed(/^X-APPLE/, { places })).toEqual([
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=100;X-TITLE="The  old  pier:;,":geo:46.188000,-123.831000',
    ]);
  });
});

describe("an event that is joined online", () => {
  const names = /^(?:URL|CONFERENCE|X-MICROSOFT-SKYPE)/;

  it("offers the address in every property that some client looks at", () => {
    const joinUrl = "https://teams.microsoft.com/meet/212?p=a,b";
    expect(linesNamed(names, { joinUrl })).toEqual([
      `URL;VALUE=URI:${joinUrl}`,
      `CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join with Microsoft Teams:${joinUrl}`,
      `X-MICROSOFT-SKYPETEAMSMEETINGURL:${joinUrl}`,
    ]);
  });

  it("with an unknown service claims no service", () => {
    expect(linesNamed(names, { joinUrl: "https://meet.harbor.example/1" })).toEqual([
      "URL;VALUE=URI:https://meet.harbor.example/1",
      "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join the meeting:https://meet.harbor.example/1",
    ]);
  });
});

describe("an event with HTML", () => {
  it("carries it as text that ends no line and opens no property", () => {
    const html = `<p>a;b,c\\d "e"\r\nATTENDEE:mailto:x@example.com ${"é🎉".repeat(60)}</p>`;
    const ics = serialiseComponent(composeCalendar([{ ...plain, html }]));
    const event = new ICAL.Component(ICAL.parse(ics)).getFirstSubcomponent("vevent");
    expect(event?.getAllProperties("attendee")).toEqual([]);
    expect(event?.getFirstProperty("x-alt-desc")?.getParameter("fmttype")).toBe("text/html");
    const latin = serialiseComponent(composeCalendar([{ ...plain, html: "x".repeat(1_000) }]));
    expect(latin.replaceAll("\r\n ", "")).toContain(`:${"x".repeat(1_000)}\r\n`);
    for (const line of (ics + latin).split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const [line] = ics.replaceAll("\r\n ", "").match(/^X-ALT-DESC.*$/m) ?? [];
    expect(line?.startsWith('X-ALT-DESC;FMTTYPE=text/html:<p>a\\;b\\,c\\\\d "e"\\nATTENDEE:mailto:x')).toBe(
      true,
    );
  });
});

describe("an event with a colour", () => {
  it("names it, if it is a name", () => {
    expect(linesNamed(/^COLOR/, { color: "seagreen" })).toEqual(["COLOR:seagreen"]);
    expect(linesNamed(/^COLOR/, { color: "red\nATTENDEE:x" })).toEqual([]);
  });
});
