import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  single,
  sourceUnderTest,
} from "./fixture.ts";
import {
  answer,
  eastern,
  exception,
  isExpanded,
  isPlain,
  isProbe,
  master,
  masterPath,
  nativeOf,
  owed,
} from "./series-answers.ts";

mockNetwork();
beforeEach(answerTokens);

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
