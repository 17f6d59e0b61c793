import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventInput } from "../../../../simulator/graph/event-input.ts";
import { codeOf, follow, startContoso, user, valuesOf } from "./client.ts";
import type { Contoso } from "./client.ts";

let contoso: Contoso;

beforeEach(async () => {
  contoso = await startContoso();
});
afterEach(() => contoso[Symbol.asyncDispose]());

function create(changes: Partial<EventInput> = {}) {
  return contoso.simulator.createEvent({
    mailbox: user,
    event: {
      subject: "Lunch",
      start: { dateTime: "2026-03-02T12:00:00", timeZone: "Pacific Standard Time" },
      end: { dateTime: "2026-03-02T13:00:00", timeZone: "Pacific Standard Time" },
      ...changes,
    },
  });
}

function daily(changes: Partial<EventInput> = {}) {
  return create({
    recurrence: {
      pattern: { type: "daily", interval: 7 },
      range: { type: "noEnd", startDate: "2026-03-02" },
    },
    ...changes,
  });
}

const utc = (time: string) => ({ dateTime: `2026-03-${time}:00:00`, timeZone: "UTC" });
const month = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z";
const starts = (answer: Awaited<ReturnType<Contoso["get"]>>): unknown[] =>
  valuesOf(answer).map(({ start }) => start);

describe("calendarView", () => {
  it("lists occurrences in full, in the zone that was asked for, without losing the wall clock to DST", async () => {
    daily();
    const inUtc = await contoso.get(`/calendarView?${month}&$orderby=start/dateTime`);
    expect(valuesOf(inUtc)[1]).toMatchObject({
      type: "occurrence",
      subject: "Lunch",
      recurrence: null,
      originalStart: "2026-03-09T19:00:00Z",
      originalStartTimeZone: "Pacific Standard Time",
      responseStatus: { response: "organizer", time: "0001-01-01T00:00:00Z" },
      OccurrenceId: expect.stringMatching(/^OID\..+\.2026-03-09$/),
    });
    expect(starts(inUtc).slice(0, 2)).toEqual([
      { dateTime: "2026-03-02T20:00:00.0000000", timeZone: "UTC" },
      { dateTime: "2026-03-09T19:00:00.0000000", timeZone: "UTC" },
    ]);
    const pacific = await contoso.get(`/calendarView?${month}`, 'outlook.timezone="Pacific Standard Time"');
    expect(starts(pacific)[1]).toEqual({
      dateTime: "2026-03-09T12:00:00.0000000",
      timeZone: "Pacific Standard Time",
    });
    expect(pacific.headers["preference-applied"]).toBe('outlook.timezone="Pacific Standard Time"');
    expect(codeOf(await contoso.get("/calendar", 'outlook.timezone="Nowhere"'))).toBe(
      "TimeZoneNotSupportedException",
    );
  });

  it("keeps all-day events at midnight whatever the zone, with their true midnight as original start", async () => {
    daily({
      isAllDay: true,
      start: { dateTime: "2026-03-02", timeZone: "Pacific Standard Time" },
      end: { dateTime: "2026-03-03", timeZone: "Pacific Standard Time" },
    });
    const answer = await contoso.get(`/calendarView?${month}`, 'outlook.timezone="Tokyo Standard Time"');
    expect(valuesOf(answer)[1]).toMatchObject({
      start: { dateTime: "2026-03-09T00:00:00.0000000", timeZone: "Tokyo Standard Time" },
      originalStart: "2026-03-09T07:00:00Z",
    });
  });

  it("pages by ten, or as asked, and selects", async () => {
    for (let count = 0; count < 12; count += 1) create({ subject: `${count}` });
    const path = `/calendars/${contoso.calendar}/calendarView?${month}&$select=subject`;
    const { pages } = await follow(contoso, path);
    expect(pages.map((page) => page.length)).toEqual([10, 2]);
    expect(Object.keys(pages[0]?.[0] ?? {}).toSorted()).toEqual(["@odata.etag", "id", "subject"]);
    expect((await follow(contoso, path, "odata.maxpagesize=5")).pages).toHaveLength(3);
    expect((await follow(contoso, `${path}&$top=100`)).pages).toHaveLength(1);
    expect(codeOf(await contoso.get(`${path},uid`))).toBe("RequestBroker--ParseUri");
  });

  it.each([
    ["no span", "", "ErrorInvalidParameter"],
    ["half a span", "startDateTime=2026-01-01", "ErrorInvalidParameter"],
    [
      "a bare + in an offset",
      "startDateTime=2026-01-01T00:00:00+01:00&endDateTime=2026-02-01",
      "ErrorInvalidParameter",
    ],
    ["1826 days", "startDateTime=2020-01-01&endDateTime=2025-01-01", "ErrorInvalidRequest"],
    [
      "an end before the start",
      "startDateTime=2026-02-01&endDateTime=2026-01-01",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    ],
    ["an unknown option", `${month}&$search=x`, "BadRequest"],
  ])("refuses %s", async (_name, query, code) => {
    const answer = await contoso.get(`/calendarView?${query}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(answer.headers["request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("one event", () => {
  it("has ids that differ in case alone, of two kinds, and only whole ones are well-formed", async () => {
    const [first, second] = [create({ subject: "1" }), create({ subject: "2" })];
    expect(first.id).not.toBe(second.id);
    expect(first.id.toLowerCase()).toBe(second.id.toLowerCase());
    for (const id of [first.id, first.immutableId]) {
      expect((await contoso.get(`/events/${id}`)).json).toMatchObject({ id: first.id, subject: "1" });
      const answer = await contoso.get(`/events/${id}`, 'IdType="ImmutableId"');
      expect(answer.json).toMatchObject({ id: first.immutableId, "@odata.etag": first.etag });
    }
    expect(codeOf(await contoso.get(`/events/${first.id.toLowerCase()}`))).toBe("ErrorInvalidIdMalformed");
    expect(codeOf(await contoso.get("/events/17"))).toBe("ErrorInvalidIdMalformed");
  });

  it("is not found under another calendar, when deleted, or when its calendar is shared and not named", async () => {
    const { simulator, tenant } = contoso;
    const other = simulator.addCalendar({ mailbox: user, name: "Other" }).id;
    const event = create();
    expect(codeOf(await contoso.get(`/calendars/${other}/events/${event.id}`))).toBe("ErrorItemNotFound");
    const bob = "bob@contoso.example";
    simulator.addMailbox({ tenant: tenant.id, userPrincipalName: bob });
    const shared = simulator.shareCalendar({ mailbox: user, owner: bob, name: "Bob's" }).id;
    const start = { dateTime: "2026-03-02T12:00:00", timeZone: "UTC" };
    const bobs = simulator.createEvent({ mailbox: bob, event: { subject: "B", start, end: start } });
    expect((await contoso.get(`/calendars/${shared}/events/${bobs.id}`)).json).toMatchObject({
      subject: "B",
    });
    expect(codeOf(await contoso.get(`/events/${bobs.id}`))).toBe("ErrorItemNotFound");
    simulator.deleteEvent({ mailbox: user, event: event.id });
    const gone = await contoso.get(`/calendars/${contoso.calendar}/events/${event.id}`);
    expect([gone.status, codeOf(gone)]).toEqual([404, "ErrorItemNotFound"]);
  });

  it("fills a recurrence with everything that its type does not need", async () => {
    const { id } = daily({ reportedTimeZone: "Customized Time Zone" });
    expect((await contoso.get(`/events/${id}`)).json).toMatchObject({
      type: "seriesMaster",
      recurrence: {
        pattern: {
          type: "daily",
          interval: 7,
          month: 0,
          dayOfMonth: 0,
          firstDayOfWeek: "sunday",
          index: "first",
        },
        range: {
          type: "noEnd",
          startDate: "2026-03-02",
          endDate: "0001-01-01",
          numberOfOccurrences: 0,
          recurrenceTimeZone: "Customized Time Zone",
        },
      },
    });
  });

  it("carries instance dates in iCalUIds, and foreign UIDs in their payload", async () => {
    const { iCalUId } = daily({ foreignUid: "abc@calendar.example" });
    expect(Buffer.from(iCalUId.slice(80), "hex").toString("latin1")).toBe(
      "vCal-Uid\u0001\0\0\0abc@calendar.example\0",
    );
    const [occurrence] = valuesOf(await contoso.get(`/calendarView?${month}`));
    expect(String(occurrence?.["iCalUId"]).slice(32, 40)).toBe("07EA0302");
  });

  it("gives its body as text when asked, as a document otherwise", async () => {
    const { id } = create({ body: { contentType: "text", content: "1 < 2" } });
    expect(JSON.stringify((await contoso.get(`/events/${id}`)).json["body"])).toContain("1 &lt; 2");
    const text = await contoso.get(`/events/${id}`, 'outlook.body-content-type="text"');
    expect(text.json["body"]).toEqual({ contentType: "text", content: "1 < 2" });
  });
});

describe("a series", () => {
  const expansion = "?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences";

  it("tells cancellations and exceptions where that is supported, and takes more requests for many", async () => {
    const { simulator } = contoso;
    const { id } = daily();
    const event = { mailbox: user, event: id };
    simulator.cancelOccurrence({ ...event, date: "2026-03-09" });
    for (const date of ["2026-03-16", "2026-03-23", "2026-03-30"]) {
      simulator.alterOccurrence({ ...event, date, changes: { subject: date } });
    }
    simulator.setSwitches({ switches: { expandPageSize: 2 } });
    const { json } = await contoso.get(`/events/${id}${expansion}`);
    expect(json["cancelledOccurrences"]).toEqual([`OID.${id}.2026-03-09`]);
    expect(json["exceptionOccurrences"]).toMatchObject([
      { subject: "2026-03-16" },
      { subject: "2026-03-23" },
    ]);
    const more = await follow(contoso, String(json["exceptionOccurrences@odata.nextLink"]));
    expect(more.items).toMatchObject([{ subject: "2026-03-30", type: "exception" }]);
    simulator.setSwitches({ switches: { seriesExpansion: "ignored" } });
    expect(Object.keys((await contoso.get(`/events/${id}${expansion}`)).json)).not.toContain(
      "cancelledOccurrences",
    );
    simulator.setSwitches({ switches: { seriesExpansion: "refused" } });
    expect((await contoso.get(`/events/${id}${expansion}`)).status).toBe(400);
  });

  it("lists instances without the deleted ones, moved ones by their new time", async () => {
    const { simulator } = contoso;
    const event = { mailbox: user, event: daily().id };
    simulator.cancelOccurrence({ ...event, date: "2026-03-09" });
    simulator.alterOccurrence({
      ...event,
      date: "2026-03-16",
      changes: { start: utc("17T08"), end: utc("17T09") },
    });
    const answer = await contoso.get(`/events/${event.event}/instances?${month}&$orderby=start/dateTime`);
    expect(valuesOf(answer)).toMatchObject([
      { type: "occurrence", start: { dateTime: "2026-03-02T20:00:00.0000000" } },
      { type: "exception", start: { dateTime: "2026-03-17T08:00:00.0000000" } },
      { type: "occurrence", start: { dateTime: "2026-03-23T19:00:00.0000000" } },
      { type: "occurrence", start: { dateTime: "2026-03-30T19:00:00.0000000" } },
    ]);
  });

  it("lets no exception cross its neighbours, and forgets exceptions when the pattern's time changes", () => {
    const { simulator } = contoso;
    const event = { mailbox: user, event: daily().id };
    expect(() =>
      simulator.alterOccurrence({
        ...event,
        date: "2026-03-16",
        changes: { start: utc("09T22"), end: utc("09T23") },
      }),
    ).toThrow("ErrorOccurrenceCrossingBoundary");
    simulator.cancelOccurrence({ ...event, date: "2026-03-09" });
    simulator.updateEvent({ ...event, changes: { start: utc("02T10"), end: utc("02T11") } });
    const window = { mailbox: user, from: "2026-03-01T00:00:00Z", until: "2026-04-01T00:00:00Z" };
    expect(simulator.occurrences(window)).toHaveLength(5);
  });
});
