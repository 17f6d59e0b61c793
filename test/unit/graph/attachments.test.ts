import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { NativeEvent, OwedWork, Page, Settlement } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  roundRequest,
  settleAll,
  single,
  sourceUnderTest,
  tokenWindow,
  wholeWindow,
} from "./fixture.ts";

const never = new AbortController().signal;
const eventPath = (id: string) => `${calendarPath}/events/${id}`;
const names = (...all: string[]) => all.map((name) => ({ name, isInline: false }));
const having = (id: string, changes: object = {}) => single(id, { hasAttachments: true, ...changes });

mockNetwork();
beforeEach(answerTokens);

type Under = ReturnType<typeof sourceUnderTest>;

/** The last page of a complete round that brings `events` while `staged` is known. */
async function read({ source }: Under, events: readonly object[], staged: readonly NativeEvent[] = []) {
  nock(graph)
    .get(`${calendarPath}/calendarView/delta`)
    .query(tokenWindow)
    .reply(200, { value: events, "@odata.deltaLink": `${graph}/v1.0/d1?$deltatoken=1` });
  const natives = new Map(staged.map(({ nativeId, native }) => [nativeId, native]));
  const request = roundRequest({
    stagedNatives: async (ids) => new Map([...natives].filter(([id]) => ids.includes(id))),
  });
  const page: Page | undefined = (await Array.fromAsync(source.round(request, never))).at(-1);
  if (page === undefined) throw new Error("no page");
  return page;
}

const fetchOf = ({ nativeId, native }: NativeEvent): OwedWork => ({ kind: "fetch", nativeId, native });

function answerList(id: string, body: nock.Body, status = 200): nock.Scope {
  return nock(graph)
    .get(`${eventPath(id)}/attachments`)
    .query({ $select: "name,isInline" })
    .reply(status, body);
}

function stagedBy(settlement: Settlement | undefined): NativeEvent {
  if (settlement?.kind !== "staged") throw new Error(`not staged: ${JSON.stringify(settlement)}`);
  return settlement.event;
}

const eventIn = (staged: NativeEvent | undefined) => JSON.parse(staged?.native ?? "{}").event;

/** The event of an account that has read everything. */
async function settled(under: Under, id = "a", list: object[] = names("Agenda.docx")): Promise<NativeEvent> {
  const page = await read(under, [having(id)]);
  answerList(id, { value: list });
  const [first] = await settleAll(under.source, page.staged.map(fetchOf));
  return stagedBy(first);
}

describe("the attachments of a single event", () => {
  it("are owed by the page that brings it, which stages it at once", async () => {
    const page = await read(sourceUnderTest(), [having("a"), single("b", { hasAttachments: false })]);
    expect(page.staged.map(({ nativeId }) => nativeId)).toEqual(["a", "b"]);
    expect(page.owed).toEqual([{ kind: "fetch", nativeId: "a" }]);
    expect(eventIn(page.staged[0])).toMatchObject({ subject: "Meeting a" });
    expect(page.staged[1]?.native).not.toContain("attachmentsUnread");
  });

  it("are read with one request, of every kind and from every page, their contents left out", async () => {
    const under = sourceUnderTest();
    const page = await read(under, [having("a")]);
    answerList("a", {
      value: [
        {
          "@odata.type": "#microsoft.graph.fileAttachment",
          id: "1",
          name: "a.txt",
          size: 3,
          isInline: false,
        },
        { "@odata.type": "#microsoft.graph.fileAttachment", id: "2", name: "image.png", isInline: true },
      ],
      "@odata.nextLink": `${graph}/v1.0/more?$skip=2`,
    });
    nock(graph)
      .get("/v1.0/more?$skip=2")
      .reply(200, {
        value: [
          { "@odata.type": "#microsoft.graph.itemAttachment", id: "3", name: "FW: mail", isInline: false },
          { "@odata.type": "#microsoft.graph.referenceAttachment", id: "4", name: null },
        ],
      });
    const [settlement] = await settleAll(under.source, page.staged.map(fetchOf));
    const event = stagedBy(settlement);
    expect(event).toMatchObject({ nativeId: "a", etag: 'W/"a-1"' });
    expect(event.native).not.toContain("attachmentsUnread");
    expect(eventIn(event)).toMatchObject({ subject: "Meeting a" });
    expect(eventIn(event).attachments).toEqual([
      { name: "a.txt", isInline: false },
      { name: "image.png", isInline: true },
      { name: "FW: mail", isInline: false },
      { name: null, isInline: false },
    ]);
  });

  it("stay, unread, with an event that comes again unchanged", async () => {
    const under = sourceUnderTest();
    const before = await settled(under);
    const page = await read(under, [having("a")], [before]);
    expect(page.owed).toEqual([]);
    expect(page.staged).toEqual([before]);
  });

  it("stand as they were while those of a changed event are owed, and go with the last one", async () => {
    const under = sourceUnderTest();
    const before = await settled(under);
    const etag = { "@odata.etag": 'W/"a-2"' };
    const page = await read(under, [having("a", { ...etag, subject: "New" })], [before]);
    expect(page.owed).toEqual([{ kind: "fetch", nativeId: "a" }]);
    expect(eventIn(page.staged[0])).toMatchObject({ subject: "New", attachments: names("Agenda.docx") });
    answerList("a", { value: names("Minutes.docx") });
    const [settlement] = await settleAll(under.source, page.staged.map(fetchOf));
    expect(eventIn(stagedBy(settlement))).toMatchObject({
      subject: "New",
      attachments: names("Minutes.docx"),
    });
    const last = await read(under, [single("a", { ...etag, hasAttachments: false })], [stagedBy(settlement)]);
    expect(last.owed).toEqual([]);
    expect(last.staged[0]?.native).not.toContain('attachments"');
  });

  it("are owed once more by a page that comes before they were read", async () => {
    const under = sourceUnderTest();
    const { staged } = await read(under, [having("a")]);
    expect((await read(under, [having("a")], staged)).owed).toEqual([{ kind: "fetch", nativeId: "a" }]);
  });

  it.each([
    [403, "ErrorAccessDenied"],
    [404, "ErrorInvalidMailboxItemId"],
    [400, "ErrorCorruptData"],
    [410, "Gone"],
  ])(
    "refused with %i leave the event as it is, owed no more and not asked for again",
    async (status, code) => {
      const under = sourceUnderTest();
      const page = await read(under, [having("a")]);
      answerList("a", graphErrorBody(code), status);
      const [settlement] = await settleAll(under.source, page.staged.map(fetchOf));
      expect(settlement).not.toHaveProperty("stillOwed");
      const event = stagedBy(settlement);
      expect(event.native).not.toContain("attachments");
      const again = await read(under, [having("a")], [event]);
      expect(again).toMatchObject({ owed: [], staged: [event] });
      under.clock.advance(25 * 3_600_000);
      expect((await read(under, [having("a")], [event])).owed).toHaveLength(1);
    },
  );

  it("are not asked for at all in a calendar that keeps refusing them, until a day later", async () => {
    const under = sourceUnderTest();
    const ids = Array.from({ length: 30 }, (_, index) => `x${index}`);
    const page = await read(
      under,
      ids.map((id) => having(id)),
    );
    let asked = 0;
    nock(graph)
      .persist()
      .get(/\/attachments\?/)
      .reply(403, () => {
        asked += 1;
        return graphErrorBody("ErrorAccessDenied");
      });
    const settlements = await settleAll(under.source, page.staged.map(fetchOf));
    expect(settlements.map(({ kind }) => kind)).toEqual(ids.map(() => "staged"));
    expect(asked).toBeLessThanOrEqual(12);
    expect((await read(under, [having("new")])).owed).toEqual([]);
    under.clock.advance(25 * 3_600_000);
    expect((await read(under, [having("new")])).owed).toHaveLength(1);
  });

  it("that fail stay owed, and the event is shown with those known before", async () => {
    const under = sourceUnderTest();
    const before = await settled(under);
    const changed = having("a", { "@odata.etag": 'W/"a-2"', subject: "New" });
    const page = await read(under, [changed], [before]);
    const failing = nock(graph)
      .persist()
      .get(/\/a\/attachments\?/)
      .reply(504, graphErrorBody("UnknownError"));
    const [settlement] = await settleAll(under.source, page.staged.map(fetchOf));
    expect(settlement).toMatchObject({
      kind: "staged",
      stillOwed: { status: 504, message: expect.stringMatching(/calendar "Work": reading the attachments/) },
    });
    expect(eventIn(stagedBy(settlement))).toMatchObject({
      subject: "New",
      attachments: names("Agenda.docx"),
    });
    failing.persist(false);
    nock.cleanAll();
    answerTokens();
    answerList("a", { value: names("Minutes.docx") });
    const [retried] = await settleAll(under.source, [fetchOf(stagedBy(settlement))]);
    expect(retried).not.toHaveProperty("stillOwed");
    expect(eventIn(stagedBy(retried)).attachments).toEqual(names("Minutes.docx"));
  });

  it("that always fail are given up at last, so that the calendar is not incomplete for ever", async () => {
    const under = sourceUnderTest();
    let { staged } = await read(under, [having("a")]);
    nock(graph)
      .persist()
      .get(/\/a\/attachments\?/)
      .reply(500, graphErrorBody("ErrorInternalServerError"));
    const owes: boolean[] = [];
    for (const _ of [1, 2, 3, 4, 5]) {
      const [settlement] = await settleAll(under.source, staged.map(fetchOf));
      owes.push(settlement?.kind === "staged" && settlement.stillOwed !== undefined);
      staged = [stagedBy(settlement)];
    }
    expect(owes).toEqual([true, true, true, true, false]);
    expect((await read(under, [having("a")], staged)).owed).toEqual([]);
    const changed = having("a", { "@odata.etag": 'W/"a-2"' });
    expect((await read(under, [changed], staged)).owed).toHaveLength(1);
  });

  it("of an event that is gone leave its removal to be confirmed", async () => {
    const under = sourceUnderTest();
    const page = await read(under, [having("a")]);
    answerList("a", graphErrorBody("ErrorItemNotFound"), 404);
    nock(graph).get(eventPath("a")).query(true).reply(404, graphErrorBody("ErrorItemNotFound"));
    const view = { startDateTime: wholeWindow.from, endDateTime: wholeWindow.until };
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query((query) => query["startDateTime"] === view.startDateTime)
      .reply(200, { value: [] });
    expect(await settleAll(under.source, page.staged.map(fetchOf))).toMatchObject([{ kind: "gone" }]);
  });

  it("do not bring back what is staged where the event is owed whole as well", async () => {
    const under = sourceUnderTest();
    const page = await read(under, [having("a")]);
    const newer = having("a", { "@odata.etag": 'W/"a-2"', subject: "Newer" });
    nock(graph).persist().get(eventPath("a")).query(true).reply(200, newer);
    nock(graph)
      .persist()
      .get(/\/a\/attachments\?/)
      .reply(200, { value: names("x") });
    const [fetch] = page.staged.map(fetchOf);
    if (fetch === undefined) throw new Error("nothing owed");
    const both = await settleAll(under.source, [{ ...fetch, kind: "series" }, fetch]);
    expect(both.map((settlement) => eventIn(stagedBy(settlement)).subject)).toEqual(["Newer", "Newer"]);
  });
});
