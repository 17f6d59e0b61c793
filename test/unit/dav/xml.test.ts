import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Element } from "../../../src/dav/protocol.ts";
import { childNamed, childrenNamed, escapeXml, parseXml, XmlError } from "../../../src/dav/xml.ts";
import { xmlDocument, xmlElement } from "../../../src/dav/xml-document.ts";

describe("parseXml", () => {
  it("resolves namespaces, also those declared again on every element", () => {
    const root = parseXml(
      '<multistatus xmlns="DAV:"><c:x xmlns:c="urn:c"><y xmlns=""/></c:x><href xmlns="DAV:">a</href></multistatus>',
    );
    expect([root.namespace, root.local]).toEqual(["DAV:", "multistatus"]);
    const [x, href] = root.children;
    expect([x?.namespace, x?.local, x?.children[0]?.namespace]).toEqual(["urn:c", "x", ""]);
    expect(href).toMatchObject({ namespace: "DAV:", local: "href", text: "a" });
  });

  it("keeps text verbatim: spaces, CDATA, references, digits", () => {
    expect(parseXml("<a> 2026.10 <![CDATA[<b> & ]]>&#233;&amp;&#13;</a>").text).toBe(" 2026.10 <b> & é&\r");
  });

  it("reads attributes, leaving declarations out", () => {
    const root = parseXml('<c:comp xmlns:c="urn:c" name="VEVENT" c:other="1"/>');
    expect([...root.attributes]).toEqual([
      ["name", "VEVENT"],
      ["{urn:c}other", "1"],
    ]);
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ["an external entity", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ["an entity of its own", "<a>&lol;</a>"],
    ["an undeclared prefix", "<d:a/>"],
    ["an open element", "<a><b></b>"],
    ["crossed elements", "<a><b></a></b>"],
    ["nothing", ""],
    ["HTML", "<html><body><br></body></html>"],
    ["two roots", "<a/><b/>"],
    ["too many levels", `${"<a>".repeat(65)}${"</a>".repeat(65)}`],
  ])("refuses %s", (_what, text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
  });

  it("drops control characters that a server let through instead of giving up the answer", () => {
    expect(parseXml("<a>be\u0008fore\u0000</a>").text).toBe("before");
  });

  it("reads back whatever escapeXml wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).text).toBe(escapeXmlLoses(text));
      }),
    );
  });

  it("never throws anything but XmlError", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", ">", "a", "/", "&", ";", "!", "[", '"', "=", " ", "?", "-") }),
        (text) => {
          try {
            parseXml(text);
          } catch (error) {
            expect(error).toBeInstanceOf(XmlError);
          }
        },
      ),
    );
  });
});

/** What cannot be carried is dropped. */
function escapeXmlLoses(text: string): string {
  return escapeXml(text).replace(
    /&(amp|lt|gt|quot|apos|#13);/g,
    (reference) => parseXml(`<a>${reference}</a>`).text,
  );
}

describe("children by name", () => {
  const root: Element = parseXml('<a xmlns="DAV:"><b>1</b><c/><b>2</b><b xmlns="x">3</b></a>');
  it("are found by namespace and local name", () => {
    expect(childrenNamed(root, ["DAV:", "b"]).map(({ text }) => text)).toEqual(["1", "2"]);
    expect(childNamed(root, ["x", "b"])?.text).toBe("3");
    expect(childNamed(root, ["x", "c"])).toBeUndefined();
  });
});

describe("xmlDocument", () => {
  it("is read back with its namespaces", () => {
    const root = parseXml(
      xmlDocument(["DAV:", "propfind"], xmlElement(["DAV:", "prop"], xmlElement(["urn:other", "x"]))),
    );
    const prop = childNamed(root, ["DAV:", "prop"]);
    expect(prop?.children[0]).toMatchObject({ namespace: "urn:other", local: "x" });
  });
});
