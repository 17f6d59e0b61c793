import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventInput } from "../../../../simulator/graph/event-input.ts";
import type { Attachment } from "../../../../simulator/graph/model.ts";
import { codeOf, follow, startContoso, user, valuesOf } from "./client.ts";
import type { Contoso } from "./client.ts";

let contoso: Contoso;

beforeEach(async () => {
  contoso = await startContoso();
});
afterEach(() => contoso[Symbol.asyncDispose]());

const file: Attachment = { name: "Agenda.docx", contentType: "application/x-word", size: 2048 };
const mail: Attachment = { "@odata.type": "#microsoft.graph.itemAttachment", name: "FW: Numbers" };
const link: Attachment = { "@odata.type": "#microsoft.graph.referenceAttachment", name: "Budget.xlsx" };
const picture: Attachment = { name: "image001.png", isInline: true, contentId: "image001" };
const fields = "$select=name,isInline,size,contentType";

function create(attachments: readonly Attachment[], changes: Partial<EventInput> = {}) {
  const time = { dateTime: "2026-03-02T12:00:00", timeZone: "UTC" };
  return contoso.simulator.createEvent({
    mailbox: user,
    event: { subject: "Lunch", start: time, end: time, attachments, ...changes },
  });
}

const weekly = {
  pattern: { type: "daily", interval: 7 },
  range: { type: "noEnd", startDate: "2026-03-02" },
} as const;

const inCalendar = (event: string) => `/calendars/${encodeURIComponent(contoso.calendar)}/events/${event}`;
const namesAt = async (path: string) =>
  valuesOf(await contoso.get(`${path}/attachments?${fields}`)).map(({ name }) => name);

describe("attachments", () => {
  it("are listed by kind, below the calendar and the mailbox, with what was selected", async () => {
    const { id, immutableId } = create([file, mail, link, picture]);
    const all = valuesOf(await contoso.get(`/events/${id}/attachments`));
    expect(all).toMatchObject([
      {
        "@odata.type": "#microsoft.graph.fileAttachment",
        name: "Agenda.docx",
        size: 2048,
        contentType: "application/x-word",
        isInline: false,
        contentBytes: expect.stringMatching(/^.{2732}$/),
      },
      { "@odata.type": "#microsoft.graph.itemAttachment", name: "FW: Numbers", contentType: null },
      { "@odata.type": "#microsoft.graph.referenceAttachment", name: "Budget.xlsx" },
      { name: "image001.png", isInline: true, contentId: "image001" },
    ]);
    const selected = await contoso.get(`${inCalendar(immutableId)}/attachments?${fields}`);
    expect(Object.keys(valuesOf(selected)[0] ?? {}).toSorted()).toEqual([
      "@odata.mediaContentType",
      "@odata.type",
      "contentType",
      "id",
      "isInline",
      "name",
      "size",
    ]);
  });

  it("come in pages of ten, and refuse properties that not every kind has", async () => {
    const { id } = create(Array.from({ length: 12 }, (_, index) => ({ name: `${index}.txt` })));
    const { pages } = await follow(contoso, `/events/${id}/attachments?${fields}`);
    expect(pages.map((page) => page.length)).toEqual([10, 2]);
    const cast = `/events/${id}/attachments?$select=microsoft.graph.fileAttachment/contentId`;
    expect((await contoso.get(cast)).status).toBe(200);
    expect((await contoso.get(`/events/${id}/attachments?$select=contentId`)).status).toBe(400);
    expect(codeOf(await contoso.get(`/events/${"AAMkAG".padEnd(40, "x")}/attachments`))).toBe(
      "ErrorItemNotFound",
    );
  });

  it("are told of an event by a flag, which pictures in its body do not set, or expanded", async () => {
    const { id } = create([file]);
    const inline = create([picture]);
    expect((await contoso.get(`/events/${id}`)).json["hasAttachments"]).toBe(true);
    expect((await contoso.get(`/events/${inline.id}`)).json["hasAttachments"]).toBe(false);
    expect((await contoso.get(`/events/${id}`)).json).not.toHaveProperty("attachments");
    const { json } = await contoso.get(`/events/${id}?$expand=attachments`);
    expect(json["attachments"]).toMatchObject([{ name: "Agenda.docx" }]);
  });

  it("change the event: delta delivers it with another ETag", async () => {
    const { id, etag } = create([]);
    const span = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z";
    const { deltaLink, items } = await follow(contoso, `/calendarView/delta?${span}`);
    expect(items).toMatchObject([{ hasAttachments: false }]);
    contoso.simulator.updateEvent({ mailbox: user, event: id, changes: { attachments: [file] } });
    const changed = await follow(contoso, deltaLink);
    expect(changed.items).toMatchObject([{ id, hasAttachments: true }]);
    expect(changed.items[0]?.["@odata.etag"]).not.toBe(etag);
  });

  it("of a series are its occurrences' too, unless an exception has its own", async () => {
    const { immutableId } = create([file], { recurrence: weekly });
    for (const [date, attachments] of [
      ["2026-03-09", [mail, link]],
      ["2026-03-16", []],
    ] as const)
      contoso.simulator.alterOccurrence({
        mailbox: user,
        event: immutableId,
        date,
        changes: { attachments },
      });
    const span = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-03-28T00:00:00Z";
    const path = `${inCalendar(immutableId)}/instances?${span}&$orderby=start/dateTime`;
    const instances = valuesOf(await contoso.get(path));
    expect(instances.map(({ hasAttachments }) => hasAttachments)).toEqual([true, true, false, true]);
    const lists = await Promise.all(instances.map(({ id }) => namesAt(inCalendar(String(id)))));
    expect(lists).toEqual([["Agenda.docx"], ["FW: Numbers", "Budget.xlsx"], [], ["Agenda.docx"]]);
    expect(await namesAt(inCalendar(immutableId))).toEqual(["Agenda.docx"]);
  });

  it("may be out of reach where the events are not", async () => {
    const { id } = create([file]);
    contoso.simulator.setSwitches({ mailbox: user, switches: { attachments: "denied" } });
    expect((await contoso.get(`/events/${id}`)).status).toBe(200);
    const refused = await contoso.get(`/events/${id}/attachments`);
    expect([refused.status, codeOf(refused)]).toEqual([403, "ErrorAccessDenied"]);
  });
});

describe("categories", () => {
  const path = "/outlook/masterCategories";

  it("are listed with their colours", async () => {
    const masterCategories = [{ displayName: "Dark", color: "preset24" }];
    contoso.simulator.setMasterCategories({ mailbox: user, masterCategories });
    expect(valuesOf(await contoso.get(path))).toMatchObject(masterCategories);
  });

  it("may be out of reach where the calendars are not", async () => {
    contoso.simulator.setSwitches({ mailbox: user, switches: { settings: "denied" } });
    for (const each of [path, "/mailboxSettings/timeZone"]) {
      const refused = await contoso.get(each);
      expect([refused.status, codeOf(refused)]).toEqual([403, "ErrorAccessDenied"]);
    }
    expect((await contoso.get("/calendars")).status).toBe(200);
  });
});

describe("locations", () => {
  const cafe = {
    displayName: "Fourth Coffee",
    address: { street: "4567 Main St", city: "Redmond" },
    coordinates: { latitude: 47.672, longitude: -102.103, accuracy: 10 },
  };

  it("come in full, joined in one, and go with a new location", async () => {
    const { id } = create([], { locations: [{ displayName: "Room 3" }, cafe] });
    const { json } = await contoso.get(`/events/${id}`);
    expect(json["location"]).toMatchObject({ displayName: "Room 3; Fourth Coffee" });
    expect(json["locations"]).toMatchObject([{ displayName: "Room 3", locationType: "default" }, cafe]);
    contoso.simulator.updateEvent({ mailbox: user, event: id, changes: { location: "Elsewhere" } });
    expect((await contoso.get(`/events/${id}`)).json["locations"]).toMatchObject([
      { displayName: "Elsewhere" },
    ]);
  });
});

describe("generated events", () => {
  it("have attachments, coordinates and several categories here and there", async () => {
    contoso.simulator.seedEvents({
      mailbox: user,
      count: 200,
      seed: 1,
      from: "2026-03-01",
      until: "2026-04-01",
      seriesShare: 0,
    });
    const span = "startDateTime=2026-02-20T00:00:00Z&endDateTime=2026-04-10T00:00:00Z";
    const { items } = await follow(contoso, `/calendarView?${span}&$top=500`);
    const text = JSON.stringify(items);
    expect(items.filter(({ hasAttachments }) => hasAttachments === true).length).toBeGreaterThan(3);
    expect(text).toContain('"latitude":47.672');
    expect(text).toContain('["Red category","Blue category"]');
    expect(text).toContain("me-email-text");
  });
});
