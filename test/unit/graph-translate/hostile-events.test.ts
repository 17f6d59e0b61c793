import { describe, expect, it } from "vitest";
import { linesOf, master, meeting, onlyEvent, single, translate } from "./graph-events.ts";
import { ofHtml } from "./bodies.ts";

describe("a hostile body", () => {
  it.each([
    ["links in links", '<a href="https://x.org/">'.repeat(240) + "a ".repeat(150_000)],
    ["numbers in numbers", '<a href="tel:123">'.repeat(248) + "a ".repeat(190_000)],
    ["quotes in quotes", "<blockquote>".repeat(240) + "a<br>".repeat(70_000)],
  ])("of %s holds nobody up", (_, html) => {
    const started = performance.now();
    const { description } = ofHtml(html);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(description.length).toBeLessThan(31_000);
  });

  it.each(["<div></x>", "<b></i>"])("of nothing but %s is not even parsed", (piece) => {
    const html = piece.repeat(400_000 / piece.length - 10);
    const started = performance.now();
    expect(ofHtml(`${html}a`).description).toBe("a");
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    ["quotes", "<blockquote>".repeat(240) + "a<br>b", `${"> ".repeat(8)}a\n${"> ".repeat(8)}b`],
    ["lists", "<ul><li>".repeat(120) + "a<br>b", `${"- ".repeat(8)}a\n${"  ".repeat(8)}b`],
  ])("in which %s stand in each other has but so many of them", (_, html, text) => {
    expect(ofHtml(html).description).toBe(text);
  });

  it("keeps every address of links in links", () => {
    expect(
      ofHtml('<a href="https://x.example/1">a <a href="https://x.example/2">b</a> c</a>').description,
    ).toBe("a b <https://x.example/2> c <https://x.example/1>");
  });

  it("keeps its words where it is not parsed, and no script", () => {
    const bottomless = "<div></x>".repeat(6_000);
    const html = `${bottomless}<style>p{}</style>a&amp;b&#x20;&#8364;<!-- x --><script>x</script>&#9999999;`;
    expect(ofHtml(html).description).toBe("a&b €  &#9999999;");
  });

  it("is parsed where its elements are closed in time, however many there are", () => {
    expect(ofHtml("<div><br><b>a</b></div>".repeat(2_400)).html).not.toBeNull();
    expect(ofHtml(`<p>${"<b>a</b><br><img src=x>".repeat(2_400)}`).html).not.toBeNull();
  });
});

describe("an address without end", () => {
  it.each([
    ["to join", { onlineMeeting: { joinUrl: `https://x.example/${"a".repeat(5_000_000)}` } }],
    ["that grows by its escapes", { onlineMeeting: { joinUrl: `https://x.example/${"é".repeat(4_000)}` } }],
    ["of a place", { location: { locationUri: `https://x.example/${"a".repeat(3_000_000)}` } }],
  ])("%s is none", (_, event) => {
    expect(onlyEvent(single(event)).object.ics.length).toBeLessThan(5_000);
  });
});

describe("a series with hundreds of exceptions", () => {
  const daily = {
    ...master,
    recurrence: {
      pattern: { type: "daily" as const, interval: 1 },
      range: {
        type: "numbered" as const,
        startDate: "2026-03-02",
        numberOfOccurrences: 300,
        recurrenceTimeZone: "UTC",
      },
    },
    start: { dateTime: "2026-03-02T09:00:00.0000000", timeZone: "UTC" },
    end: { dateTime: "2026-03-02T09:30:00.0000000", timeZone: "UTC" },
    originalStartTimeZone: "UTC",
  };

  const withBodies = (bodyOf: (at: number) => string): string[] =>
    linesOf(
      translate({
        kind: "series",
        master: { ...daily, body: { contentType: "html", content: bodyOf(-1) } },
        exceptions: Array.from({ length: 200 }, (_, at) => {
          const day = new Date(Date.UTC(2026, 2, 3 + at)).toISOString().slice(0, 10);
          return {
            ...meeting,
            id: `AAMk-x${at}`,
            type: "exception" as const,
            originalStart: `${day}T09:00:00Z`,
            start: { dateTime: `${day}T10:00:00.0000000`, timeZone: "UTC" },
            end: { dateTime: `${day}T10:30:00.0000000`, timeZone: "UTC" },
            body: { contentType: "html" as const, content: bodyOf(at) },
          };
        }),
        cancelled: [],
        instances: null,
      }),
    );

  it("does not repeat its HTML in each of them", () => {
    const lines = withBodies(() => `<b>a</b>${"word ".repeat(11_000)}`);
    expect(lines.filter((line) => line.startsWith("X-ALT-DESC"))).toHaveLength(1);
    expect(lines.join("\n").length).toBeLessThan(1_400_000);
  });

  it("has no more text in all than a server bears, and something in each", () => {
    const lines = withBodies((at) => `<b>${at}</b> ${"word ".repeat(11_000)}`);
    expect(lines.filter((line) => line.startsWith("X-ALT-DESC"))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith("DESCRIPTION"))).toHaveLength(201);
    expect(lines.join("\n").length).toBeLessThan(1_500_000);
  });

  it("keeps what each of them says where it is no more than usual", () => {
    const lines = withBodies((at) => `<b>${at}</b>`);
    expect(lines.filter((line) => line.startsWith("X-ALT-DESC"))).toHaveLength(201);
    expect(lines).toContain("DESCRIPTION:199");
  });
});

describe("an ornament of no documented shape", () => {
  it.each([
    ["attendees", "[null,7]"],
    ["attendees", "7"],
    ["attendees", '[{"emailAddress":null},{"emailAddress":{"name":7,"address":7}},{"type":7,"status":7}]'],
    ["organizer", '{"emailAddress":7}'],
    ["categories", "[null,7]"],
    ["categories", '"Red"'],
    ["locations", "[null,7]"],
    ["locations", '[{"displayName":7,"address":{"city":7},"locationUri":7,"coordinates":7}]'],
    ["location", "7"],
    ["attachments", '[null,{"name":7}]'],
    ["body", '{"contentType":7,"content":7}'],
    ["subject", "7"],
    ["showAs", "7"],
    ["sensitivity", "7"],
    ["importance", "7"],
    ["responseStatus", '{"response":7}'],
    ["onlineMeeting", '{"joinUrl":7}'],
    ["onlineMeetingUrl", "7"],
    ["webLink", "7"],
    ["reminderMinutesBeforeStart", '"15"'],
  ])("is left out, and the event is shown: %s %s", (key, value) => {
    const event = { isReminderOn: true, isOrganizer: false, hasAttachments: true, [key]: JSON.parse(value) };
    expect(single(event)).toMatchObject({ kind: "translated" });
  });

  it("takes nothing from what stands beside it", () => {
    const lines = linesOf(
      single({
        categories: JSON.parse('[null,"Red"]'),
        locations: JSON.parse('[null,{"displayName":"Pier"}]'),
      }),
    );
    expect(lines).toContain("CATEGORIES:Red");
    expect(lines).toContain("LOCATION:Pier");
  });
});
