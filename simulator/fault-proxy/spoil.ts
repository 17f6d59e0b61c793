import { gzipSync } from "node:zlib";
import type { Answer } from "./answer.ts";
import type { Fault, Part } from "./fault.ts";

/** Spoils a server's answer. Null where there is nothing in it that the fault could spoil. */
export function spoil(answer: Answer, fault: Fault): Answer | null {
  switch (fault.kind) {
    case "truncated":
      return changeBody(answer, (body) => changePart(body, answer, fault.part, cutInHalf));
    case "corrupt":
      return corrupt(answer, fault.how, fault.part);
    case "gzip":
      return answer.body.length === 0 ? null : badlyCompressed(answer, fault.how);
    case "content-type":
      return answer.body.length === 0
        ? null
        : { ...answer, headers: { ...answer.headers, "content-type": fault.value } };
    case "etag":
      return changeEtags(answer, fault.how);
    case "refused":
    case "dropped":
    case "tls":
    case "reset":
    case "slow":
    case "endless":
    case "stalled":
    case "html":
    case "empty":
    case "empty-multistatus":
    case "empty-list":
    case "status":
    case "redirect":
    case "page":
      return null;
    default:
      return fault satisfies never;
  }
}

function changeBody(answer: Answer, change: (body: Buffer) => Buffer | null): Answer | null {
  const body = answer.body.length < 4 ? null : change(answer.body);
  return body === null || body.equals(answer.body) ? null : { ...answer, body };
}

const calendarData = /(<((?:[\w.-]+:)?calendar-data)(?:\s[^>]*)?>)([^<]+)(<\/\2>)/g;

/** Applies a change to the whole body or to every calendar text in it; latin1 keeps bytes as they are. */
function changePart(
  body: Buffer,
  answer: Answer,
  part: Part,
  change: (text: string) => string,
): Buffer | null {
  const text = body.toString("latin1");
  if (part === "body") return Buffer.from(change(text), "latin1");
  if (/text\/calendar/.test(String(answer.headers["content-type"] ?? "")))
    return Buffer.from(change(text), "latin1");
  const changed = text.replaceAll(
    calendarData,
    (_all, open: string, _name: string, content: string, close: string) =>
      `${open}${change(content)}${close}`,
  );
  return changed === text ? null : Buffer.from(changed, "latin1");
}

/** An entity cut in two would spoil more than the calendar text. */
function cutInHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2)).replace(/&[^;<]*$/, "");
}

function corrupt(answer: Answer, how: Extract<Fault, { kind: "corrupt" }>["how"], part: Part): Answer | null {
  switch (how) {
    case "flipped":
      return changeBody(answer, (body) => changePart(body, answer, part, flipInTheMiddle));
    case "invalid-utf8":
      return changeBody(answer, (body) => changePart(body, answer, part, breakUtf8));
    case "doctype":
      return withDoctype(answer, '<!DOCTYPE multistatus SYSTEM "https://elsewhere.invalid/evil.dtd">', "");
    case "entity-bomb":
      return withDoctype(answer, `<!DOCTYPE multistatus [${bomb}]>`, "&j;");
    default:
      throw how satisfies never;
  }
}

/** Flips a bit of the sign nearest to the middle that the syntax hangs on. */
function flipInTheMiddle(text: string): string {
  const signs = text.startsWith("BEGIN:") ? /[:;]/g : /[{}[\]<>"]/g;
  const middle = text.length / 2;
  let at = -1;
  for (const { index } of text.matchAll(signs))
    if (at < 0 || Math.abs(index - middle) < Math.abs(at - middle)) at = index;
  if (at < 0) return text;
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ 0x04);
  return `${text.slice(0, at)}${flipped}${text.slice(at + 1)}`;
}

/** Puts a lone continuation byte into the first letter of a word in the second half: no UTF-8 any more. */
function breakUtf8(text: string): string {
  const half = Math.floor(text.length / 2);
  const at = /[A-Za-z]{3}/.exec(text.slice(half))?.index;
  if (at === undefined) return text;
  return `${text.slice(0, half + at + 1)}\u00b5${text.slice(half + at + 2)}`;
}

/** A billion characters in ten lines. */
const bomb = "abcdefghij"
  .split("")
  .map((name, index, names) => {
    const inner = index === 0 ? "xxxxxxxxxx" : `&${names[index - 1]};`.repeat(10);
    return `<!ENTITY ${name} "${inner}">`;
  })
  .join("");

function withDoctype(answer: Answer, doctype: string, reference: string): Answer | null {
  const text = answer.body.toString("utf8");
  const root = /<(?!\?)[\w.-]*:?\w+[^>]*>/.exec(text);
  if (root === null || !/xml/.test(String(answer.headers["content-type"] ?? ""))) return null;
  const end = root.index + root[0].length;
  const body = `${text.slice(0, root.index)}${doctype}${root[0]}${reference}${text.slice(end)}`;
  return { ...answer, body: Buffer.from(body) };
}

function badlyCompressed(answer: Answer, how: Extract<Fault, { kind: "gzip" }>["how"]): Answer {
  const headers = { ...answer.headers, "content-encoding": "gzip" };
  if (how === "absent") return { ...answer, headers };
  const packed = gzipSync(answer.body);
  const middle = Math.floor(packed.length / 2);
  if (how === "cut") return { ...answer, headers, body: packed.subarray(0, middle) };
  for (let at = middle; at < Math.min(packed.length, middle + 8); at += 1)
    packed[at] = (packed[at] ?? 0) ^ 0xff;
  return { ...answer, headers, body: packed };
}

const getetag = /(<((?:[\w.-]+:)?getetag)(?:\s[^>]*)?>)[^<]*(<\/\2>)/g;

function changeEtags(answer: Answer, how: "stale" | "missing"): Answer | null {
  const { etag, ...others } = answer.headers;
  const text = answer.body.toString("utf8");
  const changed =
    how === "missing"
      ? text.replaceAll(getetag, "").replaceAll(/"@odata\.etag"\s*:\s*"(?:[^"\\]|\\.)*",?/g, "")
      : text
          .replaceAll(getetag, "$1&quot;stale&quot;$3")
          .replaceAll(/("@odata\.etag"\s*:\s*)"(?:[^"\\]|\\.)*"/g, String.raw`$1"W/\"stale\""`);
  if (etag === undefined && changed === text) return null;
  const headers = how === "missing" || etag === undefined ? others : { ...others, etag: '"stale"' };
  return { ...answer, headers, body: Buffer.from(changed) };
}
