import type { EventContent, Item } from "./model.ts";

const blank =
  '<html>\r\n<head></head>\r\n<body lang="EN-US" link="#0563C1" vlink="#954F72" style="">\r\n<div class="WordSection1">\r\n<p class="MsoNormal">&nbsp;</p>\r\n</div>\r\n</body>\r\n</html>\r\n';

/** The body property: a whole HTML document, however it was written, or text where that was asked for. */
export function renderBody(body: EventContent["body"], asText: boolean): EventContent["body"] {
  if (asText) return { contentType: "text", content: textOf(body) };
  if (body.content === "") return { contentType: "html", content: blank };
  if (body.contentType === "html" && body.content.includes("<html")) return body;
  const inner =
    body.contentType === "html" ? body.content : escapeHtml(body.content).replaceAll("\n", "<br>\r\n");
  return {
    contentType: "html",
    content: `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${inner}\r\n</body>\r\n</html>\r\n`,
  };
}

/** The words of a body. */
export function textOf(body: EventContent["body"]): string {
  if (body.contentType === "text") return body.content;
  return body.content
    .replace(/<(style|head)[\s\S]*?<\/\1>/gi, "")
    .replace(/<(br|\/p|\/div)\b[^>]*>/gi, "\r\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

/** The onlineMeeting property of a Teams meeting. */
export function renderOnlineMeeting(item: Item): Record<string, unknown> {
  return { joinUrl: joinUrlOf(item.iCalUId), conferenceId: "177513992", tollNumber: "+1 425 555 0123" };
}

function joinUrlOf(iCalUId: string): string {
  const meeting = Buffer.from(iCalUId.slice(-32)).toString("base64url");
  return `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${meeting}%40thread.v2/0?context=%7b%22Tid%22%3a%2272f988bf-86f1-41af-91ab-2d7cd011db47%22%7d`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
