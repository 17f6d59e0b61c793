import { describe, expect, it } from "vitest";
import { ofHtml, ofText } from "./bodies.ts";

describe("the text of an HTML body", () => {
  it.each([
    ["nothing", "", ""],
    [
      "Exchange's empty body",
      '<html><head></head><body><div class="WordSection1"><p class="MsoNormal">&nbsp;</p></div></body></html>',
      "",
    ],
    ["words without markup", "one\r\n two", "one two"],
    ["entities and nbsp", "<p>a&nbsp;&amp;&lt;b&gt; &eacute;&#8364;</p>", "a &<b> é€"],
    ["line breaks", "a<br>b<br/><br>c", "a\nb\n\nc"],
    ["paragraphs", "<p>a</p>\r\n<p>b</p>", "a\n\nb"],
    [
      "paragraphs of Word",
      "<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>c</p>",
      "a\nb\n\nc",
    ],
    [
      "divisions of Outlook on the web",
      '<div class="elementToProof">a</div><div><br></div><div>b</div>',
      "a\n\nb",
    ],
    ["headings", "<h1>Title</h1>a<h3>More</h3>b", "Title\n\na\n\nMore\n\nb"],
    ["lists", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"],
    ["numbered lists", '<ol start="9"><li>a</li><li>b</li></ol>', "9.  a\n10. b"],
    ["lists of Word", "<p class=MsoListParagraph>·<span>&nbsp;&nbsp;&nbsp; </span>a</p>", "- a"],
    ["quotes", "<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"],
    ["preformatted text", "<pre>a\n  b</pre>", "a\n  b"],
    ["rulers", "a<hr>b", "a\n---\nb"],
    ["definitions", "<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"],
    [
      "rows of short cells",
      "<table><tr><th>a</th><th>b</th></tr><tr><td><p class=MsoNormal>c</p></td><td>d</td></tr></table>",
      "a | b\nc | d",
    ],
    [
      "tables for layout",
      "<table><tbody><tr><td><table><tr><td>a<br>b</td><td></td></tr></table></td><td>c</td></tr></tbody></table>",
      "a\nb\nc",
    ],
    [
      "what stands in a table and in no cell",
      "<table>a<caption>b</caption><tr>c<td>d</td></tr></table>",
      "a\nb\nc | d",
    ],
    ["conditional comments", "<!--[if gte mso 9]><xml>x</xml><![endif]-->a<![if !mso]>b<![endif]>", "ab"],
    [
      "head, style, script and frames",
      "<head><title>x</title><style>x</style></head><body>a<script>x</script><style>x</style><iframe src=x>x</iframe></body>",
      "a",
    ],
    ["pictures", 'a<img src="cid:x" alt="x">b', "ab"],
    [
      "zero-width and bidirectional characters",
      "<b>a\u200bb</b>\u200f\u05d0\u200e <i>\u202ac\u202c</i> 👩\u200d🚀",
      "a\u200bb\u200f\u05d0\u200e \u202ac\u202c 👩\u200d🚀",
    ],
    ["text outside the body", "<html><body>a</body></html><p>b</p>", "a\n\nb"],
    ["tags that are never closed", "<div><b>a<p>b<table><tr><td>c", "a\n\nb\n\nc"],
  ])("is readable: %s", (_, html, text) => {
    expect(ofHtml(html).description).toBe(text);
  });

  it.each([
    ['<a href="https://x.example/a?b=1&amp;c=2">plan</a>', "plan <https://x.example/a?b=1&c=2>"],
    ['<a href="https://x.example/a"><b>the</b> plan</a>.', "the plan <https://x.example/a>."],
    ['<a href="https://x.example/a">https://x.example/a</a>', "https://x.example/a"],
    ['<a href="http://www.x.example/">x.example</a>', "x.example"],
    ['<a href="https://x.example/"><img src="https://x.example/logo.png"></a>', "<https://x.example/>"],
    ['<a href="https://x.example/"></a>a', "a"],
    ['<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"],
    ['<a href="mailto:A@x.example?subject=b">Write</a>', "Write <A@x.example>"],
    ['<a href="tel:+1-555-0100,,12#">+1 (555) 0100,,12#</a>', "+1 (555) 0100,,12#"],
    ['<a href="tel:+15550100">Call</a>', "Call <+15550100>"],
    [
      '<a href="javascript:alert(1)">a</a><a href="file:///c:/x">b</a><a href="#c">c</a><a href="/d">d</a><a name=e>e</a>',
      "abcde",
    ],
    ['<a href="https://[">a</a>', "a"],
  ])("keeps its links: %s", (html, text) => {
    expect(ofHtml(html).description).toBe(text);
  });

  it("says where it is cut", () => {
    expect(ofHtml(`<p>${"word ".repeat(20_000)}</p>`).description).toMatch(/^(?:word ?){6000}…$/);
  });

  it("finds the words behind megabytes of pictures and styles", () => {
    const style = `<style>${"p{margin:0}".repeat(100_000)}</style>`;
    const picture = `<img src="data:image/png;base64,${"A".repeat(2_000_000)}">`;
    expect(ofHtml(`<html><head>${style}</head><body>${picture}<p>words</p></body></html>`).description).toBe(
      "words",
    );
  });
});

describe("the text of a text body", () => {
  it("stays as it is, but for blanks at its ends and more than one empty line", () => {
    expect(ofText("\r\na <b>  c&amp; \r\n\r\n\r\n\r\n  - d\t\r\n").description).toBe(
      "a <b>  c&amp;\n\n  - d",
    );
  });
});

const megabyte = 1_000_000;

describe("a hostile body", () => {
  it.each([
    ["<div>", "x"],
    ["<b>", "x"],
    ["<table><tr><td>a<br>", "x"],
    ["<blockquote>a<br>a", "x"],
    ["<ul><li>a<br>a", "x"],
    ["<a href='https://x.example/y'>", "x"],
    ["<br>", "x"],
    ["<", "x"],
    ["&#", "x"],
    ["<!--", "x"],
    ["<style>", "x"],
    ['<a href="', "x"],
    ['"data:', "x"],
    ["&nbsp;", "x"],
    ["_", "<b>x</b>"],
    ["<td>x</td>", "</table>"],
    ["zoom.us/j/ ", "x"],
    ["zoom | ", "x"],
    ["teams.live\n____________\n", "x"],
    ["Join Zoom Meeting\n\n", "x"],
  ])("of nothing but %s holds nobody up", (piece, end) => {
    const content = piece.repeat(megabyte / piece.length) + end;
    const started = performance.now();
    const html = ofHtml(content);
    const text = ofText(content);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(Math.max(html.description.length, text.description.length)).toBeLessThan(31_000);
  });
});
