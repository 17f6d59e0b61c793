import { safeUrl } from "../../../calendar/compose.ts";
import { oneLine } from "../../../calendar/people-text.ts";
import type { GraphEvent } from "../native.ts";
import { objectsOf, textOf } from "./loose.ts";

const mostNames = 30;

/** The attachments by name, and where to open them: they are never copied. Empty for none. */
export function attachmentsText(event: GraphEvent): string {
  // Pictures in the text do not count.
  if (event.hasAttachments === false) return "";
  const link = webLinkOf(event);
  if (!Array.isArray(event.attachments)) {
    return event.hasAttachments === true ? `Attachments: ${link ?? "see Outlook"}` : "";
  }
  const names = objectsOf(event.attachments)
    .filter((attachment) => attachment.isInline !== true)
    .map(({ name }) => oneLine(textOf(name).slice(0, 255)) || "(without a name)");
  if (names.length === 0) return "";
  const more = names.length - mostNames;
  return [
    link === null ? "Attachments:" : `Attachments (${link}):`,
    ...names.slice(0, mostNames).map((name) => `- ${name}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

/** The event in Outlook on the web; https only. */
function webLinkOf(event: GraphEvent): string | null {
  const link = safeUrl(textOf(event.webLink));
  return link?.startsWith("https:") === true ? link : null;
}
