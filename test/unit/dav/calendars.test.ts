import { describe, expect, it } from "vitest";
import { type DavCalendar, listCalendars, readCalendar } from "../../../src/dav/calendars.ts";
import {
  at,
  clientOf,
  failed,
  fakeServer,
  found,
  multistatus,
  propstat,
  type Reply,
  signal,
} from "./fake-server.ts";

const calendarType = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
const only = (...components: readonly string[]) =>
  `<c:supported-calendar-component-set>${components.map((name) => `<c:comp name="${name}"/>`).join("")}</c:supported-calendar-component-set>`;
const home = found("/home/", "<d:resourcetype><d:collection/></d:resourcetype>");
const list = (reply: Reply) => listCalendars(clientOf(fakeServer([reply])), at("/home/"), signal);
const hrefs = async (...responses: readonly string[]) =>
  (await list(multistatus(responses.join("")))).map(({ href }) => href);

describe("listCalendars", () => {
  it("reads what a calendar says about itself", async () => {
    const properties =
      `${calendarType}${only("VEVENT", "VTODO")}<d:displayname>2026.10 &amp; </d:displayname><i:calendar-color>#FF5733FF</i:calendar-color>` +
      "<cs:getctag>c1</cs:getctag><d:sync-token>http://sabre.io/ns/sync/7</d:sync-token>" +
      "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege><d:privilege><c:read-free-busy/></d:privilege></d:current-user-privilege-set>" +
      "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>";
    const [calendar] = await list(multistatus(home + found("/home/work%20x/", properties)));
    expect(calendar).toEqual({
      href: "/home/work x/",
      url: at("/home/work%20x/"),
      displayName: "2026.10 & ",
      color: "#FF5733FF",
      ctag: "c1",
      syncToken: "http://sabre.io/ns/sync/7",
      components: ["VEVENT", "VTODO"],
      privileges: new Set(["{DAV:}read", "{urn:ietf:params:xml:ns:caldav}read-free-busy"]),
      reports: new Set(["{DAV:}sync-collection"]),
    });
  });

  it("knows what the server does not say", async () => {
    const [calendar] = await list(multistatus(found("/home/work", calendarType)));
    expect(calendar).toEqual({
      href: "/home/work/",
      url: at("/home/work/"),
      displayName: null,
      color: null,
      ctag: null,
      syncToken: null,
      components: null,
      privileges: null,
      reports: null,
    });
  });

  it("leaves out what is no calendar, or none for events", async () => {
    expect(
      await hrefs(
        home,
        found("/home/inbox/", "<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>"),
        found("/home/notification/", "<d:resourcetype><d:collection/><cs:notification/></d:resourcetype>"),
        found(
          "/home/other/",
          '<d:resourcetype><d:collection/><calendar xmlns="urn:other"/></d:resourcetype>',
        ),
        found("/home/reminders/", calendarType + only("VTODO")),
        found("/home/lower/", calendarType + only("vevent")),
        failed("/home/lost/", 404),
        found("/home/work/", calendarType),
      ),
    ).toEqual(["/home/lower/", "/home/work/"]);
  });

  it("does not lose a name to a second propstat that is empty", async () => {
    const propstats =
      propstat(200, `${calendarType}<d:displayname>Family</d:displayname>`) +
      propstat(404, "<d:displayname/><cs:getctag/>");
    const [calendar] = await list(
      multistatus(`<d:response><d:href>/home/f/</d:href>${propstats}</d:response>`),
    );
    expect(calendar?.displayName).toBe("Family");
  });

  it("believes in no calendars only where the home itself is listed", async () => {
    expect(await hrefs(home)).toEqual([]);
    expect(await hrefs(home.replace("/home/<", "/home<"))).toEqual([]);
    await expect(list(multistatus(""))).rejects.toMatchObject({ kind: "protocol" });
    await expect(list(multistatus(found("/elsewhere/", "")))).rejects.toMatchObject({ kind: "protocol" });
  });

  it.each([401, 403, 404, 500, 503])("never takes a %d for no calendars", async (status) => {
    await expect(list({ status })).rejects.toMatchObject({ status });
  });

  it("never takes a calendar that failed for one that is not there", async () => {
    await expect(list(multistatus(home + failed("/home/work/", 503)))).rejects.toMatchObject({
      kind: "transient",
    });
    const broken = `<d:response><d:href>/home/work/</d:href>${propstat(500, "<d:resourcetype/>")}</d:response>`;
    await expect(list(multistatus(home + broken))).rejects.toMatchObject({ kind: "transient" });
  });
});

function read(content: string): Promise<DavCalendar> {
  return readCalendar(clientOf(fakeServer([multistatus(content)])), at("/home/work"), signal);
}

describe("readCalendar", () => {
  it("reads one calendar, with or without its slash", async () => {
    expect((await read(found("/home/work/", calendarType))).href).toBe("/home/work/");
  });

  it.each([
    ["missing", failed("/home/work/", 404)],
    ["protocol", found("/home/work/", "<d:resourcetype><d:collection/></d:resourcetype>")],
    ["protocol", found("/home/work/", calendarType + only("VTODO"))],
    ["protocol", found("/home/other/", calendarType)],
    ["transient", failed("/home/work/", 500)],
  ])("fails as %s for %s", async (kind, content) => {
    await expect(read(content)).rejects.toMatchObject({ kind });
  });
});
