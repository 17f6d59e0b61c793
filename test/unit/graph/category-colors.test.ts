import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { CalendarListing } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, graphErrorBody, sourceUnderTest, user } from "./fixture.ts";

const path = `${user}/outlook/masterCategories`;
const day = 24 * 3_600_000;

mockNetwork();
beforeEach(answerCalendars);

function answerCalendars(): void {
  answerTokens();
  nock(graph)
    .persist()
    .get(`${user}/calendars`)
    .query(true)
    .reply(200, { value: [{ id: "c1", name: "Calendar" }] });
}

const category = (displayName: unknown, color: unknown) => ({ id: "x", displayName, color });

function answer(body: nock.Body, status = 200): nock.Scope {
  return nock(graph).get(path).reply(status, body);
}

type Under = ReturnType<typeof sourceUnderTest>;

const list = ({ source }: Under, memory: string | null = null): Promise<CalendarListing> =>
  source.listCalendars(memory, new AbortController().signal);

describe("the colours of categories", () => {
  it("come with the listing, by lower-case name, from every page, in the order of names", async () => {
    answer({
      value: [category("Red category", "preset0"), category("Été", "preset7"), category("Plain", "none")],
      "@odata.nextLink": `${graph}/v1.0/more?$skip=3`,
    });
    nock(graph)
      .get("/v1.0/more?$skip=3")
      .reply(200, { value: [category(" Dark ", "Preset24"), category("RED CATEGORY", "preset1")] });
    const { categoryColors } = await list(sourceUnderTest());
    expect(Object.entries(categoryColors ?? {})).toEqual([
      ["dark", "purple"],
      ["red category", "crimson"],
      ["été", "royalblue"],
    ]);
  });

  it("are a different keyword for each of the 25 presets", async () => {
    const presets = Array.from({ length: 25 }, (_, index) => category(`c${index}`, `preset${index}`));
    answer({ value: presets });
    const { categoryColors } = await list(sourceUnderTest());
    expect(new Set(Object.values(categoryColors ?? {})).size).toBe(25);
    expect(Object.values(categoryColors ?? {}).join("")).toMatch(/^[a-z]+$/);
  });

  it("are none where the mailbox has none", async () => {
    answer({ value: [] });
    expect((await list(sourceUnderTest())).categoryColors).toEqual({});
  });

  it("are not asked for again within a day", async () => {
    const under = sourceUnderTest();
    answer({ value: [category("Red", "preset0")] });
    const first = await list(under);
    under.clock.advance(day - 1);
    const second = await list(under, first.memory);
    expect(second).toMatchObject({ categoryColors: null, memory: first.memory });
    under.clock.advance(1);
    answer({ value: [category("Red", "preset7")] });
    expect((await list(under, second.memory)).categoryColors).toEqual({ red: "royalblue" });
  });

  it.each([
    [403, "ErrorAccessDenied"],
    [404, "ErrorItemNotFound"],
    [400, "BadRequest"],
  ])("refused with %i are unknown, no error, and asked for a day later", async (status, code) => {
    const under = sourceUnderTest();
    answer(graphErrorBody(code), status);
    const first = await list(under);
    expect(first.calendars).toHaveLength(1);
    expect(first.categoryColors).toBeNull();
    under.clock.advance(day - 1);
    expect((await list(under, first.memory)).categoryColors).toBeNull();
    under.clock.advance(1);
    answer({ value: [category("Red", "preset0")] });
    expect((await list(under, first.memory)).categoryColors).toEqual({ red: "crimson" });
  });

  it.each([500, 503, 429])(
    "failing with %i are no error, and asked for with the next listing",
    async (status) => {
      const under = sourceUnderTest();
      nock(graph).persist().get(path).reply(status, graphErrorBody("UnknownError"));
      const first = await list(under, "kept");
      expect(first).toMatchObject({ categoryColors: null, memory: "kept" });
      nock.cleanAll();
      answerCalendars();
      answer({ value: [category("Red", "preset0")] });
      expect((await list(under, first.memory)).categoryColors).toEqual({ red: "crimson" });
    },
  );

  it.each(["", "null", "[]", "{}", '{"v":1,"categoriesAskedAt":"soon"}', "{", "https://home.example/"])(
    "are asked for when the memory is %j",
    async (memory) => {
      answer({ value: [] });
      expect((await list(sourceUnderTest(), memory)).categoryColors).toEqual({});
    },
  );

  it("take names that are not names for what they are", async () => {
    answer({
      value: [
        category("__proto__", "preset0"),
        category("constructor", "preset0"),
        category("", "preset0"),
        category(null, "preset0"),
        category(7, "preset0"),
        category("a", null),
        category("b", "preset25"),
        category("c", "toString"),
      ],
    });
    const { categoryColors } = await list(sourceUnderTest());
    expect(Object.entries(categoryColors ?? {})).toEqual([["constructor", "crimson"]]);
    expect(Object.getPrototypeOf(categoryColors)).toBe(Object.prototype);
  });
});
