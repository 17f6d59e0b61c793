import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  graph,
  graphErrorBody,
  settleAll,
  sourceUnderTest,
  user,
  wholeWindow,
} from "./fixture.ts";
import {
  answer,
  eastern,
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
