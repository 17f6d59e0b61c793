import type { GraphEvent } from "../native.ts";
import { attachmentsText } from "./attachments.ts";
import { bodyOf } from "./body.ts";
import { escapeHtml } from "./html-body.ts";
import { joinUrlOf } from "./join-url.ts";
import { holdsAddress } from "./links.ts";
import { peopleOf } from "./people.ts";

/** What an event says in words, as text and, where its body has formatting, as HTML; and where it is joined. */
export type Words = {
  readonly description: string;
  readonly html: string | null;
  readonly joinUrl: string | null;
};

/** The body, followed by the address to join, attachments and people where it does not say them itself. */
export function wordsOf(event: GraphEvent): Words {
  const body = bodyOf(event);
  const joinUrl = joinUrlOf(event, body.text);
  // Phones offer to join where the notes hold the address.
  const isSaid = joinUrl === null || holdsAddress(body.text, joinUrl);
  const additions = [isSaid ? "" : `Join: ${joinUrl}`, attachmentsText(event), peopleOf(event)].filter(
    (part) => part !== "",
  );
  const html = body.html === null ? null : documentOf([body.html, ...additions.map(paragraph)]);
  return { description: [body.text, ...additions].filter((part) => part !== "").join("\n\n"), html, joinUrl };
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;
}

function documentOf(parts: readonly string[]): string {
  return `<html><body>${parts.join("")}</body></html>`;
}
