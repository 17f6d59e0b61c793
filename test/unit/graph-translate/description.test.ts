import { describe, expect, it } from "vitest";
import { ofHtml, ofText } from "./bodies.ts";
import { linesOf, master, meeting, single, translate, window, zone } from "./graph-events.ts";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";

const zoom = "https://harbor.zoom.us/j/91234567890?pwd=a.1";
const teams = "https://teams.microsoft.com/meet/212?p=a";

describe("the address to join", () => {
  it("is the one that Exchange names, before any other", () => {
    const more = { onlineMeeting: { joinUrl: teams }, onlineMeetingUrl: "https://x.example/1" };
    expect(ofText(zoom, more).joinUrl).toBe(teams);
    expect(ofText(zoom, { onlineMeetingUrl: "https://x.example/1" }).joinUrl).toBe("https://x.example/1");
  });

  it("is found in the location, then in the body, where Exchange names none", () => {
    const location = { displayName: `Zoom; ${zoom}` };
    expect(ofText(teams, { location }).joinUrl).toBe(zoom);
    expect(ofText(teams, { locations: [{ displayName: "Zoom", locationUri: zoom }] }).joinUrl).toBe(zoom);
    expect(ofHtml(`<a href="${zoom}">here</a>`).joinUrl).toBe(zoom);
    expect(ofHtml("<p>see https://example.com/j/1</p>").joinUrl).toBeNull();
  });

  it("stands in the description, once", () => {
    expect(ofText("Welcome", { onlineMeeting: { joinUrl: teams } }).description).toBe(
      `Welcome\n\nJoin: ${teams}`,
    );
    expect(ofHtml(`Welcome to <a href="${zoom}">us</a>`).description).toBe(`Welcome to us <${zoom}>`);
    expect(ofText("", { location: { displayName: zoom } }).description).toBe(`Join: ${zoom}`);
  });
});

describe("an address to join that the body escapes in another way", () => {
  const url = "https://teams.microsoft.com/l/meetup-join/19%3agov:abc%40thread.v2/0?context=%7b%7d";

  it.each([
    url.replace(/%../g, (escape) => escape.toUpperCase()),
    url.replace("%40", "@"),
    url.replace("%3a", ":"),
  ])("is not said again beside %s", (written) => {
    const text = `Come: ${written}`;
    expect(ofText(text, { onlineMeeting: { joinUrl: url } }).description).toBe(text);
  });

  it("is said beside another one, a broken one, and one inside a mail filter's", () => {
    for (const other of [
      "https://teams.microsoft.com/l/meetup-join/19%3Aother",
      "https://x.example/%E0%A4%A",
    ])
      expect(ofText(other, { onlineMeeting: { joinUrl: url } }).description).toBe(`${other}\n\nJoin: ${url}`);
    const filtered = `https://nam12.safelinks.protection.outlook.com/?url=${encodeURIComponent(zoom)}`;
    expect(ofText(filtered).description).toBe(`${filtered}\n\nJoin: ${zoom}`);
  });
});

describe("attachments", () => {
  const webLink = "https://outlook.office365.com/owa/?itemid=1";

  it("are named, with the way to them, but for pictures in the text", () => {
    const attachments = [{ name: "a.pdf" }, { name: "logo.png", isInline: true }, { name: " " }];
    expect(ofText("x", { hasAttachments: true, attachments, webLink }).description).toBe(
      `x\n\nAttachments (${webLink}):\n- a.pdf\n- (without a name)`,
    );
  });

  it("are at least announced where their names are not known", () => {
    expect(ofText("", { hasAttachments: true, webLink }).description).toBe(`Attachments: ${webLink}`);
    expect(ofText("", { hasAttachments: true, webLink: "http://x.example/" }).description).toBe(
      "Attachments: see Outlook",
    );
  });

  it.each([
    [{ hasAttachments: false, attachments: [{ name: "of the series" }] }],
    [{ hasAttachments: true, attachments: [{ name: "logo.png", isInline: true }] }],
    [{ hasAttachments: true, attachments: [] }],
    [{}],
  ])("are not mentioned where there are none: %j", (event) => {
    expect(ofText("x", event).description).toBe("x");
  });

  it("are a short list, however many there are", () => {
    const attachments = Array.from({ length: 100 }, (_, at) => ({ name: `${at} ${"x".repeat(1_000)}` }));
    const { description } = ofText("", { hasAttachments: true, attachments });
    expect(description.split("\n")).toHaveLength(32);
    expect(description).toMatch(/- and 70 more$/);
    expect(description.length).toBeLessThan(10_000);
  });
});

describe("the people of a meeting", () => {
  const people = {
    isOrganizer: false,
    organizer: { emailAddress: { name: "Nora", address: "nora@x.example" } },
    attendees: [
      { type: "resource", emailAddress: { name: "Room", address: "room@x.example" } },
      {
        type: "required",
        status: { response: "tentativelyAccepted" },
        emailAddress: { address: "ida@x.example" },
      },
    ],
  } as const;

  it.each([
    ["accepted", "Your answer: accepted\n"],
    ["tentativelyAccepted", "Your answer: tentative\n"],
    ["notResponded", "Your answer: none yet\n"],
    ["none", ""],
    ["organizer", ""],
  ] as const)("come after the owner's own answer: %s", (response, line) => {
    expect(
      ofText("", { ...people, attendees: [...people.attendees], responseStatus: { response } }).description,
    ).toBe(
      `${line}Organizer: Nora <nora@x.example>\nAttendees:\n- ida@x.example (tentative)\nRooms and resources:\n- Room <room@x.example>`,
    );
  });

  it("are not told where the organizer hid them, or where the owner is alone", () => {
    const hidden = { ...people, attendees: [...people.attendees], hideAttendees: true };
    expect(ofText("", hidden).description).toBe("Organizer: Nora <nora@x.example>");
    expect(ofText("x", { isOrganizer: true, organizer: people.organizer, attendees: [] }).description).toBe(
      "x",
    );
  });
});

function placeLines(event: Partial<GraphEvent>): string[] {
  return linesOf(single(event)).filter((line) => /^(?:LOCATION|GEO|X-APPLE)/.test(line));
}

describe("the places of an event", () => {
  const coordinates = { latitude: 46.5, longitude: -123.25 };

  it("are the list, with what only the main one says of the same place", () => {
    const location = { displayName: "Pier", coordinates, address: { city: "Astoria" } };
    expect(
      placeLines({ location, locations: [{ displayName: "Pier", coordinates: {}, address: {} }] }),
    ).toEqual([
      "LOCATION:Pier\\, Astoria",
      "GEO:46.500000;-123.250000",
      "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS=Astoria;X-APPLE-RADIUS=100;X-TITLE=Pier:geo:46.500000,-123.250000",
    ]);
    expect(placeLines({ location: { ...location, displayName: "Pier; Quay" }, locations: [] })[0]).toBe(
      "LOCATION:Pier\\; Quay\\, Astoria",
    );
  });

  it.each([
    ["the main one, where the list says nothing", "Room 5", [""], "Room 5"],
    ["both, where the main one is not in the list", "Room 5", ["Room 6"], "Room 5\\; Room 6"],
    ["the list, where the main one is all of it", "Room 5; Room 6", ["Room 5", "Room 6"], "Room 5\\; Room 6"],
    ["the list, where the main one is in it", "Room 6", ["Room 5", "Room 6"], "Room 5\\; Room 6"],
  ])("are %s", (_, displayName, names, expected) => {
    const locations = names.map((name) => ({ displayName: name }));
    expect(placeLines({ location: { displayName }, locations })).toEqual([`LOCATION:${expected}`]);
  });

  it("have a web address where they have no other", () => {
    expect(placeLines({ location: { displayName: "Map", locationUri: "https://x.example/map" } })).toEqual([
      "LOCATION:Map\\, https://x.example/map",
    ]);
    expect(placeLines({ location: { displayName: "Room 1", locationUri: "room1@x.example" } })).toEqual([
      "LOCATION:Room 1",
    ]);
  });
});

describe("an event with categories", () => {
  it("has the colour of the first that has one, whatever their names are", () => {
    const native = JSON.stringify({
      kind: "single",
      event: { ...meeting, categories: ["constructor", "__proto__", "Harbor ", "Red"] },
    });
    const categoryColors = { harbor: "seagreen", red: "red" };
    const lines = linesOf(graphTranslator.translate(native, { zone, window, categoryColors }));
    expect(lines.filter((line) => /^(?:COLOR|CATEGORIES)/.test(line))).toEqual([
      "CATEGORIES:constructor,__proto__,Harbor,Red",
      "COLOR:seagreen",
    ]);
    expect(
      linesOf(single({ categories: ["constructor"] })).filter((line) => line.startsWith("COLOR")),
    ).toEqual([]);
  });
});

describe("an exception that was read in part", () => {
  it("keeps the words of its series, and says its own", () => {
    const change = {
      id: "x",
      type: "exception" as const,
      originalStart: "2026-03-04T14:00:00Z",
      isReminderOn: false,
    };
    const times = {
      start: { dateTime: "2026-03-04T15:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-04T15:30:00.0000000", timeZone: "UTC" },
    };
    const later = {
      originalStart: "2026-03-09T13:00:00Z",
      start: { dateTime: "2026-03-09T15:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-09T15:30:00.0000000", timeZone: "UTC" },
    };
    const body = { contentType: "html" as const, content: "<p>Bring <b>maps</b></p>" };
    const lines = linesOf(
      translate({
        kind: "series",
        master: { ...master, body, hasAttachments: true, attachments: [{ name: "a.pdf" }] },
        exceptions: [
          { ...change, ...times, subject: "Moved", hasAttachments: false },
          { ...change, ...later, id: "y", subject: "Later", hasAttachments: true },
        ],
        cancelled: [],
        instances: null,
      }),
    );
    expect(lines.filter((line) => line.startsWith("SUMMARY"))).toEqual([
      "SUMMARY:Stand-up",
      "SUMMARY:Moved",
      "SUMMARY:Later",
    ]);
    expect(lines.filter((line) => line.startsWith("DESCRIPTION"))).toEqual([
      "DESCRIPTION:Bring maps\\n\\nAttachments:\\n- a.pdf",
      "DESCRIPTION:Bring maps",
      "DESCRIPTION:Bring maps\\n\\nAttachments: see Outlook",
    ]);
  });
});
