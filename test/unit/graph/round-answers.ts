import nock from "nock";
import type { Page, RoundRequest } from "../../../src/sources/source.ts";
import { calendarPath, graph, roundRequest, single, type sourceUnderTest, tokenWindow } from "./fixture.ts";

const never = new AbortController().signal;
/** Where a delta round begins. */
export const deltaPath = `${calendarPath}/calendarView/delta`;
/** Where a plain view begins. */
export const viewPath = `${calendarPath}/calendarView`;
/** The link to a page of this name. */
export const link = (name: string) => `${graph}/v1.0/${name}?$skiptoken=${name}`;
const headers = {
  prefer: 'IdType="ImmutableId", odata.maxpagesize=200, outlook.timezone="UTC"',
};
const viewHeaders = { prefer: 'IdType="ImmutableId", outlook.timezone="UTC"' };

type Under = ReturnType<typeof sourceUnderTest>;

/** All pages of a round. */
export function pull({ source }: Under, changes: Partial<RoundRequest> = {}): Promise<Page[]> {
  return Array.fromAsync(source.round(roundRequest(changes), never));
}

/** Where a round that stops after its first page goes on. */
export async function firstResume({ source }: Under, changes: Partial<RoundRequest>): Promise<string | null> {
  for await (const page of source.round(roundRequest(changes), never)) return page.resume;
  return null;
}

/** Answers the first request of a delta round. */
export function answerInitial(body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: headers }).get(deltaPath).query(tokenWindow).reply(status, body);
}

/** Answers the request for a page, or for what changed since, by the name of its link. */
export function answerLink(name: string, body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: headers }).get(`/v1.0/${name}?$skiptoken=${name}`).reply(status, body);
}

/** Answers the first request of a plain view. */
export function answerView(body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: viewHeaders })
    .get(viewPath)
    .query({ ...tokenWindow, $top: "200" })
    .reply(status, body);
}

/** The body of a page that another follows. */
export const next = (name: string, ...value: object[]) => ({ value, "@odata.nextLink": link(name) });
/** The body of the last page, with the link to ask for changes by. */
export const end = (name: string, ...value: object[]) => ({ value, "@odata.deltaLink": link(name) });

/** An occurrence as a delta round lists it. */
export const occurrence = (id: string, seriesMasterId: string) => ({
  "@odata.etag": `W/"${id}"`,
  id,
  seriesMasterId,
  type: "occurrence",
  start: { dateTime: "2026-12-01T09:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2026-12-01T10:00:00.0000000", timeZone: "UTC" },
});

/** The checkpoint of a round that ended with the link `d1`. */
export async function finishedCheckpoint(under: Under): Promise<string> {
  answerInitial(end("d1", single("a")));
  const pages = await pull(under);
  return pages.at(-1)?.checkpoint ?? "";
}
