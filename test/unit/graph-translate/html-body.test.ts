import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ofHtml, ofText } from "./bodies.ts";

const inner = (html: string): string | undefined =>
  ofHtml(html).html?.replace(/^<html><body>|<\/body><\/html>$/g, "");

const allowed =
  /^<\/?(?:p|div|br|hr|b|strong|i|em|u|s|strike|del|ins|sub|sup|small|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|caption|blockquote|pre|code|html|body|a)(?: (?:start|colspan|rowspan)="\d+"| href="(?:https?:|mailto:|tel:)[^"<>]*")*>$/;

/** The first tag that is not allowed or not closed in order; null for none. */
function complaint(html: string): string | null {
  const open: string[] = [];
  for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
    const name = /[a-z0-9]+/.exec(tag)?.[0] ?? "";
    if (!allowed.test(tag) || (tag.startsWith("</") && open.pop() !== name)) return tag;
    if (!tag.startsWith("</") && name !== "br" && name !== "hr") open.push(name);
  }
  return open[0] ?? null;
}

describe("the HTML of a description", () => {
  it.each([
    ["formatting", "<p>a <b>b</b> <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"],
    [
      "lists and tables",
      '<ol start="3" type=x><li>a</ol><table width=1><tr><td colspan=2 style=x>b</table>',
      '<ol start="3"><li>a</li></ol><table><tr><td colspan="2">b</td></tr></table>',
    ],
    [
      "links",
      '<a href="https://x.example/?a&amp;b" onclick=x target=y>a</a>',
      '<a href="https://x.example/?a&#38;b">a</a>',
    ],
    [
      "no style, class or handler",
      '<div style="x" class="y" onclick="z"><b id=a onmouseover=b>c</b></div>',
      "<div><b>c</b></div>",
    ],
    [
      "no script, style, comment, frame or picture",
      "<b>a</b><script>x</script><style>x</style><!-- x --><iframe>x</iframe><img src=x onerror=y><svg><a href=x>x</a></svg>",
      "<b>a</b>",
    ],
    [
      "no other scheme",
      '<b>a</b><a href="javascript:x">b</a><a href="data:text/html,x">c</a><a href=" jAvAsCrIpT:x">d</a>',
      "<b>a</b>bcd",
    ],
    [
      "what unknown elements hold",
      "<font color=red><b>a</b></font><o:p>b</o:p><center>c</center>",
      "<b>a</b>bc",
    ],
    [
      "text that looks like markup, as text",
      "<b>&lt;script&gt;&amp;quot;</b>",
      "<b>&#60;script&#62;&#38;quot;</b>",
    ],
  ])("has %s", (_, html, expected) => {
    expect(inner(html)).toBe(expected);
  });

  it.each([
    ["", "html"],
    ["<html><body><p>a</p><div>b<br>c</div></body></html>", "html"],
    ['<p><a href="https://x.example/">https://x.example/</a></p>', "html"],
    ["<b>a</b>", "text"],
  ] as const)("is left out where it would say no more than the text: %s", (content, type) => {
    expect((type === "html" ? ofHtml(content) : ofText(content)).html).toBeNull();
  });

  it("is left out where it is too long", () => {
    expect(ofHtml(`<b>${"x".repeat(40_000)}</b>`).html).toHaveLength(
      40_000 + "<html><body><b></b></body></html>".length,
    );
    expect(ofHtml(`<b>${"x".repeat(70_000)}</b>`).html).toBeNull();
    expect(ofHtml("<b>".repeat(4_000)).html?.length).toBeLessThan(2_000);
  });

  it("ends with what the description adds, as text", () => {
    const { html } = ofHtml("<b>a</b>", {
      isOrganizer: false,
      organizer: { emailAddress: { name: "<script>", address: "a@x.example" } },
      onlineMeeting: { joinUrl: "https://meet.harbor.example/1?a=1&b=2" },
    });
    expect(html).toBe(
      "<html><body><b>a</b><p>Join: https://meet.harbor.example/1?a=1&#38;b=2</p><p>Organizer: &#60;script&#62; &#60;a@x.example&#62;</p></body></html>",
    );
  });

  it("is made of allowed elements alone, closed in order, whatever the body is made of", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "<b>",
        "</b>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "</table>",
        "<a href='",
        "'>",
        '"',
        "</a>",
        "<ul><li>",
        "<p",
        ">",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<svg>",
        "<img src=x onerror=y>",
        "<![CDATA[",
        "]]>",
        "<?x",
        "</x-kalends>",
        "&lt;",
        "&#60",
        "<style>",
        "onclick=x ",
        "https://x.example/",
        "\u0000",
        "\uD83D",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const html = ofHtml(`<i>x</i>${pieces.join("")}`).html ?? "";
        expect(complaint(html)).toBeNull();
      }),
      { numRuns: 100, seed: 20_261_122 },
    );
  });
});
