import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePath,
  encodePath,
  hrefOfName,
  isSameHref,
  nameOfHref,
  resolveHref,
  urlOfHref,
} from "../../../src/dav/href.ts";

const base = new URL("https://p62.example:443/dav.php/calendars/me/work/?x#y");

function decodeName(name: string): string {
  return decodePath(encodeURIComponent(name));
}

describe("hrefs", () => {
  it.each([
    ["/a/b.ics", "/a/b.ics"],
    ["/a/me%40x/b%20%c3%a4.ics", "/a/me@x/b ä.ics"],
    ["/a/me@x/b ä.ics", "/a/me@x/b ä.ics"],
    ["https://p62.example:443/a/b.ics", "/a/b.ics"],
    ["https://other.example/a/", "/a/"],
    ["b.ics", "/dav.php/calendars/me/work/b.ics"],
    [" /a/ ", "/a/"],
    ["/a%2Fb", "/a%2Fb"],
    ["/a%2fb", "/a%2Fb"],
    ["/100%25", "/100%25"],
    ["/100%", "/100%25"],
    ["/latin%e9", "/latin%E9"],
  ])("%s is %s", (href, decoded) => {
    expect(resolveHref(href, base)).toBe(decoded);
  });

  it("in any spelling come back from decoding and encoding as the same resource", () => {
    const segment = fc.string({
      unit: fc.constantFrom("a", "%", "2", "F", "5", "ä", " ", "@", ":", "?", "#", "+", ";", "%2F", "%25"),
    });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const decoded = decodePath(`/${segments.join("/")}`);
        expect(decodePath(encodePath(decoded))).toBe(decoded);
        expect(urlOfHref(decoded, base).pathname).toBe(encodePath(decoded).replaceAll("'", "%27"));
        expect(encodePath(decoded)).toMatch(/^[\w\-.!~*'()%/]+$/);
      }),
    );
  });

  it("keeps names apart that differ", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "%", "2", "F", "5", "/", "ä") });
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(decodeName(a) === decodeName(b)).toBe(a === b);
      }),
    );
  });

  it("keep a double slash at the front from becoming a host", () => {
    expect(urlOfHref("//evil.example/x", base).href).toBe("https://p62.example//evil.example/x");
  });

  it("are taken apart into collection and name", () => {
    expect(nameOfHref("/c/w/x y.ics")).toBe("x y.ics");
    expect(nameOfHref("/c/w/")).toBe("w");
    expect(hrefOfName("/c/w/", "x y.ics")).toBe("/c/w/x y.ics");
    expect(hrefOfName("/c/w", "x y.ics")).toBe("/c/w/x y.ics");
  });

  it("of a collection are the same with and without the slash", () => {
    expect(isSameHref("/c/w", "/c/w/")).toBe(true);
    expect(isSameHref("/c/w", "/c/wx")).toBe(false);
  });
});
