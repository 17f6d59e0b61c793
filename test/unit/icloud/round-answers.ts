import {
  etag,
  calendar,
  multistatus,
  ok,
  type Received,
  ScriptedCaldav,
  syncToken,
} from "../sink/scripted-caldav.ts";
import { today, work } from "./source-under-test.ts";

const body = (name: string) => `BEGIN:VCALENDAR\nX-NAME:${name}\nEND:VCALENDAR\n`;
/** An object in the answer to a multiget. */
export const data = (name: string, tag: string) =>
  ok(`${work}${name}`, `${etag(tag)}<c:calendar-data>${body(name)}</c:calendar-data>`);
/** An object in a listing. */
export const listed = (name: string, tag: string) => ok(`${work}${name}`, etag(tag));
/** What a round stages of an object. */
export const staged = (name: string, tag: string) => ({
  nativeId: `${work}${name}`,
  etag: `"${tag}"`,
  native: body(name),
});

/** Answers a multiget with every href that it names, except those left out. */
export const everything =
  (tag: string, leftOut: readonly string[] = []) =>
  ({ body: text }: Received) => {
    const names = [...text.matchAll(/href>[^<]*\/([^/<]+)</g)].map((match) => match[1] ?? "");
    return multistatus(...names.filter((name) => !leftOut.includes(name)).map((name) => data(name, tag)));
  };

/** The property that offers sync-collection. */
export const syncs =
  "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>";
/** The property that does not offer sync-collection. */
export const lists =
  "<d:supported-report-set><d:supported-report><d:report><c:calendar-multiget/></d:report></d:supported-report></d:supported-report-set>";
/** The answer to a question for properties of the calendar. */
export const properties = (xml: string) => multistatus(calendar(work, xml));
/** The property that changes with every change in the calendar. */
export const ctag = (text: string) => `<cs:getctag>${text}</cs:getctag>`;
/** A server whose changes since any token are these objects. */
export const withMembers = (...names: readonly string[]) =>
  new ScriptedCaldav().on(
    `sync-collection ${work}`,
    multistatus(...names.map((name) => listed(name, "2")), syncToken("t2")),
  );
/** The checkpoint of a round by sync-collection, in the moment that it ended. */
export const token = (text: string) => ({ mode: "sync", token: text, listedAt: today });
