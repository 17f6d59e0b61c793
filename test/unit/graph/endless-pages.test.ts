import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, single, sourceUnderTest } from "./fixture.ts";
import {
  answerInitial,
  answerView,
  deltaPath,
  firstResume,
  link,
  next,
  occurrence,
  pull,
  viewPath,
} from "./round-answers.ts";

mockNetwork();
beforeEach(answerTokens);

describe("pages without end", () => {
  it("of one content under ever new links end in the plain view", async () => {
    const value = [single("a"), occurrence("o1", "m1")];
    let count = 0;
    const again = () => ({ value, "@odata.nextLink": link(`p${(count += 1)}`) });
    nock(graph).get(deltaPath).query(true).reply(200, again);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/p\d/)
      .reply(200, again);
    answerView({ value: [single("a")] });
    const pages = await pull(sourceUnderTest());
    expect(count).toBe(3);
    expect(pages.at(-1)).toMatchObject({ kind: "complete", note: expect.stringContaining("same page") });
  });

  it("of ever new content end after a number of pages, restarts of the daemon included", async () => {
    let count = 0;
    const more = () => next(`p${(count += 1)}`, single(`s${count}`));
    nock(graph).get(deltaPath).query(true).reply(200, more);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/p\d/)
      .reply(200, more);
    answerView({ value: [] });
    const under = sourceUnderTest({ limits: { pages: 5, wallClockMs: 1e9, sightings: 2 } });
    let resume: string | null = null;
    for (let restart = 0; restart < 2; restart += 1) {
      resume = await firstResume(under, { resume });
    }
    const pages = await pull(under, { resume });
    expect(count).toBe(5);
    expect(pages.at(-1)?.note).toContain("no end after 5 pages");
  });

  it("of a plain view are an error", async () => {
    answerInitial("", 501);
    let count = 0;
    const again = () => ({ value: [single("a")], "@odata.nextLink": link(`v${(count += 1)}`) });
    nock(graph).get(viewPath).query(true).reply(200, again);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/v\d/)
      .reply(200, again);
    await expect(pull(sourceUnderTest())).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("does not end"),
    });
  });
});
