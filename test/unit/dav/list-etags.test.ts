import { describe, expect, it } from "vitest";
import { listEtags } from "../../../src/dav/list-etags.ts";
import { at, clientOf, failed, fakeServer, found, multistatus, signal } from "./fake-server.ts";

const self = found("/c/work/", "<d:resourcetype><d:collection/></d:resourcetype><d:getetag>self</d:getetag>");
const object = (href: string, etag: string, type = "text/calendar; charset=utf-8") =>
  found(href, `<d:getetag>${etag}</d:getetag><d:getcontenttype>${type}</d:getcontenttype><d:resourcetype/>`);
const list = (...responses: readonly string[]) =>
  listEtags(clientOf(fakeServer([multistatus(responses.join(""))])), at("/c/work"), signal);

describe("listEtags", () => {
  it("lists calendar objects and nothing else", async () => {
    expect(
      await list(
        object("/c/work/a%20.ics", '"1"'),
        object("/c/work/no-extension", "2"),
        object("/c/work/no-type.ics", "3", ""),
        self,
        object("/c/work/notes.txt", "4", "text/plain"),
        found("/c/work/sub", "<d:resourcetype><d:collection/></d:resourcetype><d:getetag>5</d:getetag>"),
      ),
    ).toEqual([
      { href: "/c/work/a .ics", etag: '"1"' },
      { href: "/c/work/no-extension", etag: '"2"' },
      { href: "/c/work/no-type.ics", etag: '"3"' },
    ]);
  });

  it("keeps an object that the server could not look at, and leaves out one that has just gone", async () => {
    expect(await list(self, failed("/c/work/a.ics", 500), failed("/c/work/b.ics", 404))).toEqual([
      { href: "/c/work/a.ics", etag: null },
    ]);
  });

  it("believes in an empty collection only where the collection itself is listed", async () => {
    expect(await list(self)).toEqual([]);
    await expect(list()).rejects.toMatchObject({ kind: "protocol" });
    await expect(list(object("/c/work/a.ics", "1"))).rejects.toMatchObject({ kind: "protocol" });
    await expect(list(failed("/c/work/", 403))).rejects.toMatchObject({ kind: "protocol" });
  });
});
