import { describe, expect, it } from "vitest";
import { parseMultistatus } from "../../../src/dav/multistatus.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { at, document, failed, found, propstat } from "./fake-server.ts";

const parse = (text: string) => parseMultistatus(text, at("/c/work/"), "sink: PROPFIND");
const text = (xml: string, key: string) => parse(document(xml)).responses[0]?.properties.get(key)?.text;

describe("parseMultistatus", () => {
  it("keeps a value when a second propstat repeats the property empty with 404", () => {
    for (const propstats of [
      propstat(200, "<d:displayname>Work</d:displayname>") + propstat(404, "<d:displayname/><cs:getctag/>"),
      propstat(404, "<d:displayname/><cs:getctag/>") + propstat(200, "<d:displayname>Work</d:displayname>"),
    ]) {
      const [response] = parse(
        document(`<d:response><d:href>/c/</d:href>${propstats}</d:response>`),
      ).responses;
      expect(response?.properties.get("{DAV:}displayname")?.text).toBe("Work");
      expect([...(response?.missing ?? [])]).toEqual([["{http://calendarserver.org/ns/}getctag", 404]]);
      expect(response?.status).toBeNull();
    }
  });

  it.each(["2026.10", "true", "007", "12345678901234567890", " two  spaces "])(
    "leaves the text %j as it is",
    (name) => {
      expect(text(found("/c/", `<d:displayname>${name}</d:displayname>`), "{DAV:}displayname")).toBe(name);
    },
  );

  it("tells a response's own status from a propstat's", () => {
    const { responses } = parse(
      document(
        failed("/c/gone.ics", 404) +
          `<d:response><d:href>/c/w</d:href>${propstat(404, "<d:getetag/>")}</d:response>`,
      ),
    );
    expect(responses.map(({ href, status }) => [href, status])).toEqual([
      ["/c/gone.ics", 404],
      ["/c/w", null],
    ]);
  });

  it("reads one status for several hrefs", () => {
    const xml =
      "<d:response><d:href>/c/1</d:href><d:href>/c/2</d:href><d:status>HTTP/1.1 410 Gone</d:status></d:response>";
    expect(parse(document(xml)).responses.map(({ href, status }) => [href, status])).toEqual([
      ["/c/1", 410],
      ["/c/2", 410],
    ]);
  });

  it("decodes hrefs and resolves them against the request", () => {
    const { responses } = parse(
      document(found("https://dav.example:443/c/a%20%40.ics", "") + found("b.ics", "")),
    );
    expect(responses.map(({ href }) => href)).toEqual(["/c/a @.ics", "/c/work/b.ics"]);
  });

  it("reads preconditions and the sync token", () => {
    const answer = parse(
      document(
        failed("/c/work/", 507, "<d:error><d:number-of-matches-within-limits/></d:error>") +
          "<d:sync-token> t1 </d:sync-token>",
      ),
    );
    expect(answer.syncToken).toBe("t1");
    expect(answer.responses[0]?.errors).toEqual(["{DAV:}number-of-matches-within-limits"]);
  });

  it.each(["", "<d:status>OK</d:status>"])(
    "counts the properties of a propstat with the status %j as failed, and keeps the others",
    (status) => {
      const odd = `<d:propstat><d:prop><d:owner/></d:prop>${status}</d:propstat>`;
      const good = found("/b", "<d:displayname>B</d:displayname>");
      const more = propstat(200, "<d:displayname>A</d:displayname>");
      const { responses } = parse(
        document(`<d:response><d:href>/a</d:href>${odd}${more}</d:response>${good}`),
      );
      expect(responses.map(({ properties }) => properties.get("{DAV:}displayname")?.text)).toEqual([
        "A",
        "B",
      ]);
      expect([...(responses[0]?.missing ?? [])]).toEqual([["{DAV:}owner", 500]]);
    },
  );

  it.each(["\n", "\r\n ", "\uFEFF", "\uFEFF\n"])("reads a document that begins with %j", (before) => {
    expect(parse(before + document(found("/a", ""))).responses).toHaveLength(1);
  });

  it("accepts an answer without responses", () => {
    expect(parse(document(""))).toEqual({ responses: [], syncToken: null });
  });

  it.each([
    ["HTML", "<html xmlns='http://www.w3.org/1999/xhtml'><body>Log in</body></html>"],
    ["broken HTML", "<!DOCTYPE html><html><body>Log in<br></html>"],
    ["nothing", ""],
    ["another document of DAV", '<error xmlns="DAV:"/>'],
    ["a multistatus of no namespace", "<multistatus/>"],
    ["a cut-off answer", document(found("/c/a", "")).slice(0, -10)],
    ["a response without href", document(`<d:response>${propstat(200, "")}</d:response>`)],
    ["a response with an empty href", document(found(" ", ""))],
    [
      "a status that is none",
      document("<d:response><d:href>/a</d:href><d:status>OK</d:status></d:response>"),
    ],
    ["an href that is no URL", document(found("https://[", ""))],
  ])("refuses %s", (_what, body) => {
    const attempt = () => parse(body);
    expect(attempt).toThrow(RemoteError);
    expect(attempt).toThrow(expect.objectContaining({ kind: "protocol" }));
  });
});
