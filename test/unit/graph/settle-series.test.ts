import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { OwedWork, Settlement } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  single,
  sourceUnderTest,
  user,
  wholeWindow,
} from "./fixture.ts";

const eastern = "Eastern Standard Time";
const masterPath = `${calendarPath}/events/m1`;

mockNetwork();
beforeEach(answerTokens);

const owed = (nativeId: string, native: string | null = null): OwedWork => ({
  kind: "series",
  nativeId,
  native,
});

function master(zone: string, recurrenceTimeZone = eastern) {
  return {
    ...single("m1"),
    type: "seriesMaster",
    body: { contentType: "html", content: "" },
    start: { dateTime: "2026-11-02T09:00:00.0000000", timeZone: zone },
    recurrence: { pattern: { type: "daily", interval: 1 }, range: { type: "noEnd", recurrenceTimeZone } },
  };
}

const exception = (id: string, zone = eastern) => ({
  ...single(id),
  type: "exception",
  seriesMasterId: "m1",
  originalStart: "2026-11-09T14:00:00Z",
  body: { contentType: "html", content: "" },
  start: { dateTime: "2026-11-09T11:00:00.0000000", timeZone: zone },
});

const isExpanded = (query: object) => "$expand" in query && "$select" in query;
const isProbe = (query: object) => "$select" in query && !("$expand" in query);
const isPlain = (query: object) => Object.keys(query).length === 0;

function answer(
  path: string,
  accepts: (query: object) => boolean,
  body: nock.Body,
  { zone = "UTC", status = 200 }: { zone?: string; status?: number } = {},
) {
  const prefer = `IdType="ImmutableId", outlook.timezone="${zone}"`;
  return nock(graph, { reqheaders: { prefer } }).get(path).query(accepts).reply(status, body);
}

function nativeOf(settlement: Settlement | undefined): unknown {
  return settlement?.kind === "staged" ? JSON.parse(settlement.event.native) : settlement;
}

describe("a series", () => {
  it("is read in the zone of its recurrence, with exceptions and cancellations", async () => {
    answer(masterPath, isProbe, master("UTC"));
    answer(
      masterPath,
      isExpanded,
      {
        ...master(eastern),
        cancelledOccurrences: ["OID.m1.2026-11-16"],
        exceptionOccurrences: [exception("e1")],
        "exceptionOccurrences@odata.nextLink": `${graph}/v1.0/more?$skip=1`,
      },
      { zone: eastern },
    );
    answer("/v1.0/more", () => true, { value: [exception("e2")] }, { zone: eastern });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toMatchObject({ kind: "staged", event: { nativeId: "m1", etag: 'W/"m1-1"' } });
    expect(nativeOf(settlement)).toMatchObject({
      kind: "series",
      master: { id: "m1", start: { timeZone: eastern } },
      exceptions: [{ id: "e1" }, { id: "e2" }],
      cancelled: ["OID.m1.2026-11-16"],
      instances: null,
    });
  });

  it("known already is read with one request", async () => {
    const native = JSON.stringify({
      kind: "series",
      master: master(eastern),
      exceptions: [],
      cancelled: [],
      instances: null,
    });
    const whole = { ...master(eastern), cancelledOccurrences: [], exceptionOccurrences: [] };
    answer(masterPath, isExpanded, whole, { zone: eastern });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1", native)]);
    expect(nativeOf(settlement)).toMatchObject({ kind: "series", exceptions: [], cancelled: [] });
  });

  it("whose zone changed is read once more in the new one", async () => {
    const native = JSON.stringify({
      kind: "series",
      master: master("Tokyo Standard Time", "Tokyo Standard Time"),
      exceptions: [],
      cancelled: [],
      instances: null,
    });
    const lists = { cancelledOccurrences: [], exceptionOccurrences: [] };
    answer(
      masterPath,
      isExpanded,
      { ...master("Tokyo Standard Time"), ...lists },
      { zone: "Tokyo Standard Time" },
    );
    answer(masterPath, isExpanded, { ...master(eastern), ...lists }, { zone: eastern });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1", native)]);
    expect(nativeOf(settlement)).toMatchObject({ master: { start: { timeZone: eastern } } });
  });

  it("is found by one of its occurrences", async () => {
    answer(`${calendarPath}/events/o1`, isProbe, { id: "o1", type: "occurrence", seriesMasterId: "m1" });
    answer(masterPath, isProbe, master("UTC"));
    const whole = { ...master(eastern), cancelledOccurrences: [], exceptionOccurrences: [] };
    answer(masterPath, isExpanded, whole, { zone: eastern });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("o1")]);
    expect(settlement).toMatchObject({ item: { nativeId: "o1" }, event: { nativeId: "m1" } });
  });

  it("without a readable master leaves its occurrence standing for itself", async () => {
    const occurrence = { ...single("o1"), type: "occurrence", seriesMasterId: "m1" };
    answer(`${calendarPath}/events/o1`, isProbe, occurrence);
    answer(masterPath, isProbe, graphErrorBody("ErrorItemNotFound"), { status: 404 });
    answer(`${calendarPath}/events/o1`, isPlain, occurrence);
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("o1")]);
    expect(settlement).toMatchObject({ kind: "staged", event: { nativeId: "o1" } });
    expect(nativeOf(settlement)).toMatchObject({ kind: "single", event: { type: "occurrence" } });
  });

  it("that became a single event is staged as one", async () => {
    answer(masterPath, isProbe, single("m1"));
    answer(masterPath, isPlain, single("m1"));
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ kind: "single", event: { id: "m1" } });
  });

  it("whose master is gone becomes a tombstone to confirm", async () => {
    answer(masterPath, isProbe, graphErrorBody("ErrorItemNotFound"), { status: 404 });
    answer(`${calendarPath}/calendarView`, () => true, { value: [{ id: "o9", seriesMasterId: "m9" }] });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toEqual({ kind: "gone", item: { kind: "series", nativeId: "m1" } });
  });

  it("whose master cannot be found beside its occurrences stays owed", async () => {
    answer(masterPath, isProbe, graphErrorBody("ErrorItemNotFound"), { status: 404 });
    answer(`${calendarPath}/calendarView`, () => true, { value: [{ id: "o1", seriesMasterId: "m1" }] });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toMatchObject({ kind: "failed", error: { code: "ErrorItemNotFound" } });
  });

  it("with exceptions given as stubs gets them one by one", async () => {
    answer(masterPath, isProbe, master("UTC", "UTC"));
    const stub = { id: "e1", occurrenceId: "OID.m1.2026-11-09", Subject: "x" };
    answer(masterPath, isExpanded, {
      ...master("UTC", "UTC"),
      cancelledOccurrences: [],
      exceptionOccurrences: [stub],
    });
    answer(`${calendarPath}/events/e1`, isPlain, exception("e1", "UTC"));
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ exceptions: [{ id: "e1", subject: "Meeting e1" }] });
  });

  it("keeps what only the expansion said of an exception that is read again", async () => {
    answer(masterPath, isProbe, master("UTC", "UTC"));
    const stub = { id: "e1", OccurrenceId: "OID.m1.2026-11-09" };
    const lists = { cancelledOccurrences: [], exceptionOccurrences: [stub] };
    answer(masterPath, isExpanded, { ...master("UTC", "UTC"), ...lists });
    const { originalStart: _, ...fetched } = exception("e1", "UTC");
    answer(`${calendarPath}/events/e1`, isPlain, fetched);
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({
      exceptions: [{ id: "e1", subject: "Meeting e1", OccurrenceId: "OID.m1.2026-11-09" }],
      instances: null,
    });
  });

  it("with an exception that says nothing is told by its instances what it replaces", async () => {
    answer(masterPath, isProbe, master("UTC", "UTC"));
    const { originalStart, ...silent } = exception("e1", "UTC");
    const lists = { cancelledOccurrences: [], exceptionOccurrences: [silent] };
    answer(masterPath, isExpanded, { ...master("UTC", "UTC"), ...lists });
    answer(`${calendarPath}/events/e1`, isPlain, silent);
    const value = [{ id: "e1", type: "exception", originalStart }];
    answer(`${masterPath}/instances`, () => true, { value });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({
      exceptions: [{ id: "e1", originalStart }],
      instances: { items: value },
    });
  });

  it("with a cancellation that tells no day has its instances read", async () => {
    answer(masterPath, isProbe, master("UTC", "UTC"));
    const lists = { cancelledOccurrences: ["OID.m1.2026-11-16", "AAMk"], exceptionOccurrences: [] };
    answer(masterPath, isExpanded, { ...master("UTC", "UTC"), ...lists });
    answer(`${masterPath}/instances`, () => true, { value: [] });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ cancelled: null, instances: { items: [] } });
  });

  it("that changes while it is read stays owed", async () => {
    answer(masterPath, isProbe, master("UTC", "UTC"));
    answer(masterPath, isExpanded, {
      ...master("UTC", "UTC"),
      cancelledOccurrences: [],
      exceptionOccurrences: [{ id: "e1" }],
    });
    answer(`${calendarPath}/events/e1`, isPlain, graphErrorBody("ErrorItemNotFound"), { status: 404 });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toMatchObject({ kind: "failed", error: { kind: "transient" } });
  });
});

describe("a series of which Graph leaves open when it occurs", () => {
  const lists = { cancelledOccurrences: [], exceptionOccurrences: [] };

  it.each([
    ["a day that short months lack", { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }],
    ["29 February", { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 }],
    ["a pattern of a later Graph", { type: "lunarYearly" }],
  ])("has its instances read: %s", async (_, pattern) => {
    const leap = { ...master("UTC", "UTC"), recurrence: { ...master("UTC", "UTC").recurrence, pattern } };
    answer(masterPath, isProbe, leap);
    answer(masterPath, isExpanded, { ...leap, ...lists });
    answer(`${masterPath}/instances`, () => true, { value: [{ id: "o1", type: "occurrence" }] });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ cancelled: [], instances: { items: [{ id: "o1" }] } });
  });
});

function answerInstances(): void {
  nock(graph)
    .get(`${masterPath}/instances`)
    .query({
      startDateTime: wholeWindow.from,
      endDateTime: wholeWindow.until,
      $select: "id,type,start,end,originalStart",
      $top: "200",
    })
    .reply(200, {
      value: [{ id: "o1", type: "occurrence", subject: "not asked for" }],
      "@odata.nextLink": `${graph}/v1.0/instances2?$skip=1`,
    });
  answer("/v1.0/instances2", () => true, { value: [{ id: "e1", type: "exception" }] });
  answer(`${calendarPath}/events/e1`, isPlain, exception("e1"), { zone: eastern });
}

describe("a tenant that does not give exceptions with the master", () => {
  const fromInstances = {
    exceptions: [{ id: "e1", subject: "Meeting e1" }],
    cancelled: null,
    instances: {
      window: wholeWindow,
      items: [
        { id: "o1", type: "occurrence" },
        { id: "e1", type: "exception" },
      ],
    },
  };

  it("by 400 has its instances read, and is not asked again for a day", async () => {
    const { source, clock } = sourceUnderTest();
    for (const refusals of [1, 0, 1]) {
      answer(masterPath, isProbe, master("UTC"));
      const refused = { zone: eastern, status: 400 };
      if (refusals > 0) answer(masterPath, isExpanded, graphErrorBody("BadRequest"), refused);
      answer(masterPath, isPlain, master(eastern), { zone: eastern });
      answerInstances();
      const [settlement] = await settleAll(source, [owed("m1")]);
      expect(nativeOf(settlement)).toMatchObject(fromInstances);
      expect(nock.pendingMocks().filter((mock) => mock.includes("graph.example"))).toEqual([]);
      if (refusals === 0) clock.advance(24 * 3_600_000);
    }
  });

  it("by silence has its instances read", async () => {
    answer(masterPath, isProbe, master("UTC"));
    answer(masterPath, isExpanded, master(eastern), { zone: eastern });
    answerInstances();
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject(fromInstances);
  });

  it("is not staged from half of its instances", async () => {
    answer(masterPath, isProbe, master("UTC"));
    answer(masterPath, isExpanded, master(eastern), { zone: eastern });
    nock(graph)
      .get(`${masterPath}/instances`)
      .query(true)
      .reply(200, { value: [], "@odata.nextLink": `${graph}/v1.0/instances2?$skip=1` });
    answer("/v1.0/instances2", () => true, graphErrorBody("ErrorInternal"), { status: 400 });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toMatchObject({ kind: "failed", error: { kind: "refused" } });
  });
});

describe("a series in a zone that has no usable name", () => {
  const lists = { cancelledOccurrences: [], exceptionOccurrences: [] };
  const shown = [{ id: "o1", type: "occurrence" }];

  // They tell at which hour its occurrences really are.
  beforeEach(() => {
    answer(`${masterPath}/instances`, () => true, { value: shown });
  });

  it("is read in UTC, with the mailbox's own zone beside it", async () => {
    const custom = "tzone://Microsoft/Custom";
    answer(masterPath, isProbe, master("UTC", custom));
    answer(masterPath, isExpanded, { ...master("UTC", custom), ...lists });
    answer(`${user}/mailboxSettings/timeZone`, isPlain, { value: "Pacific Standard Time" });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({
      mailboxTimeZone: "Pacific Standard Time",
      instances: { window: wholeWindow, items: shown },
    });
  });

  it.each([
    [403, "ErrorAccessDenied"],
    [404, "ErrorItemNotFound"],
    [400, "ErrorInvalidRequest"],
    [501, "NotImplemented"],
    [404, null],
  ])("does without the mailbox's zone where it is refused (%i %s)", async (status, code) => {
    answer(masterPath, isProbe, master("UTC", "Customized Time Zone"));
    answer(masterPath, isExpanded, { ...master("UTC", "Customized Time Zone"), ...lists });
    const denied = code === null ? "<html>" : graphErrorBody(code);
    answer(`${user}/mailboxSettings/timeZone`, isPlain, denied, { status });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ mailboxTimeZone: null });
  });

  it("waits for the mailbox's zone where the mailbox is throttled", async () => {
    answer(masterPath, isProbe, master("UTC", "Customized Time Zone"));
    answer(masterPath, isExpanded, { ...master("UTC", "Customized Time Zone"), ...lists });
    nock(graph)
      .get(`${user}/mailboxSettings/timeZone`)
      .reply(429, graphErrorBody("TooManyRequests"), { "Retry-After": "3600" });
    await expect(settleAll(sourceUnderTest().source, [owed("m1")])).rejects.toMatchObject({
      kind: "throttled",
    });
  });

  it("falls back to UTC where Exchange refuses the zone, and still gets the exceptions", async () => {
    const refused = { zone: "Atlantis Standard Time", status: 400 };
    answer(masterPath, isProbe, master("UTC", "Atlantis Standard Time"));
    answer(masterPath, isExpanded, graphErrorBody("ErrorInvalidTimeZone"), refused);
    answer(masterPath, isPlain, graphErrorBody("ErrorInvalidTimeZone"), refused);
    answer(masterPath, isExpanded, { ...master("UTC", "Atlantis Standard Time"), ...lists });
    answer(`${user}/mailboxSettings/timeZone`, isPlain, { value: eastern });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({
      master: { start: { timeZone: "UTC" } },
      cancelled: [],
      mailboxTimeZone: eastern,
    });
  });
});
