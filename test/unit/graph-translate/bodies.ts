import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { type Words, wordsOf } from "../../../src/sources/graph/translate/description.ts";

/** What is made of an event with this HTML for a body. */
export function ofHtml(content: string, more: Partial<GraphEvent> = {}): Words {
  return wordsOf({ body: { contentType: "html", content }, ...more });
}

/** What is made of an event with this text for a body. */
export function ofText(content: string, more: Partial<GraphEvent> = {}): Words {
  return wordsOf({ body: { contentType: "text", content }, ...more });
}
