import { describe, expect, it } from "vitest";
import { multiget } from "../../../src/dav/multiget.ts";
import { childrenNamed, parseXml } from "../../../src/dav/xml.ts";
import { at, clientOf, failed, fakeServer, found, multistatus, propstat, signal } from "./fake-server.ts";

const ics = "BEGIN:VCALENDAR&#13;\nSUMMARY:a &amp; b\nEND:VCALENDAR\n";
const data = (etag: string, text = ics) =>
  `<d:getetag>${etag}</d:getetag><c:calendar-data>${text}</c:calendar-data>`;

describe("multiget", () => {
  it("gives one result for each href, in the order asked, independent of the others", async () => {
    const server = fakeServer([
      multistatus(
        [
          failed("/c/work/gone.ics", 404),
          found("/c/work/", "<d:getetag>self</d:getetag>"),
          `<d:response><d:href>/c/work/half.ics</d:href>${propstat(200, "<d:getetag>3</d:getetag>")}${propstat(404, "<c:calendar-data/>")}</d:response>`,
          `<d:response><d:href>/c/work/barred.ics</d:href>${propstat(403, "<c:calendar-data/>")}</d:response>`,
          failed("/c/work/broken.ics", 500),
          found("/c/work/a%20%40.ics", data("W/&quot;1&quot;")),
          found("/c/work/stranger.ics", data("9")),
        ].join(""),
      ),
    ]);
    const names = ["a @.ics", "gone.ics", "omitted.ics", "half.ics", "barred.ics", "broken.ics"];
    const results = await multiget(
      clientOf(server),
      at("/c/work/"),
      names.map((name) => `/c/work/${name}`),
      signal,
    );
    expect(results).toEqual([
      {
        kind: "found",
        href: "/c/work/a @.ics",
        etag: '"1"',
        data: "BEGIN:VCALENDAR\r\nSUMMARY:a & b\nEND:VCALENDAR\n",
      },
      { kind: "failed", href: "/c/work/gone.ics", status: 404 },
      { kind: "unanswered", href: "/c/work/omitted.ics" },
      { kind: "unanswered", href: "/c/work/half.ics" },
      { kind: "failed", href: "/c/work/barred.ics", status: 403 },
      { kind: "failed", href: "/c/work/broken.ics", status: 500 },
    ]);
  });

  it("asks with encoded hrefs", async () => {
    const server = fakeServer([multistatus("")]);
    await multiget(clientOf(server), at("/c/work/"), ["/c/work/ä & b%2F.ics"], signal);
    const asked = childrenNamed(parseXml(server.sent[0]?.body ?? ""), ["DAV:", "href"]);
    expect(asked.map(({ text }) => text)).toEqual(["/c/work/%C3%A4%20%26%20b%2F.ics"]);
  });

  it("takes an empty answer for no answer", async () => {
    const results = await multiget(clientOf(fakeServer([multistatus("")])), at("/c/"), ["/c/a"], signal);
    expect(results).toEqual([{ kind: "unanswered", href: "/c/a" }]);
  });

  it.each(["BEGIN:VCALENDAR\nSUMMARY:a", "SUMMARY:a\nEND:VCALENDAR\n", "a"])(
    "takes half an object for no answer (%j)",
    async (half) => {
      const server = fakeServer([multistatus(found("/c/a", data("1", half)))]);
      const results = await multiget(clientOf(server), at("/c/"), ["/c/a"], signal);
      expect(results).toEqual([{ kind: "unanswered", href: "/c/a" }]);
    },
  );

  it("asks nothing for nothing", async () => {
    const server = fakeServer([multistatus("")]);
    expect([await multiget(clientOf(server), at("/c/"), [], signal), server.sent]).toEqual([[], []]);
  });
});
