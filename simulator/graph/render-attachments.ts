import type { Attachment, EventContent } from "./model.ts";

type Json = Record<string, unknown>;

/** As Outlook shows the paper clip: pictures within the body do not count. */
export function hasAttachments({ attachments }: EventContent): boolean {
  return attachments.some(({ isInline }) => isInline !== true);
}

/** All attachments of an event in full, contents included. */
export function renderAttachments({ attachments }: EventContent, eventId: string, modified: number): Json[] {
  return attachments.map((attachment, index) => {
    const { "@odata.type": type = "#microsoft.graph.fileAttachment", name, contentId = null } = attachment;
    const isFile = type === "#microsoft.graph.fileAttachment";
    const contentType = attachment.contentType ?? null;
    return {
      "@odata.type": type,
      ...(isFile ? { "@odata.mediaContentType": contentType } : {}),
      id: `${eventId.replace(/=+$/, "")}BEgAQA${Buffer.from(`attachment ${index}`).toString("base64url")}=`,
      lastModifiedDateTime: new Date(modified).toISOString().replace(/\.\d+Z$/, "Z"),
      name,
      contentType,
      size: attachment.size ?? 1024,
      isInline: attachment.isInline ?? false,
      ...(isFile ? { contentId, contentLocation: null, contentBytes: bytesOf(attachment) } : {}),
    };
  });
}

/** Something to load, so that whoever does not leave it out notices. */
function bytesOf({ name, size = 1024 }: Attachment): string {
  return Buffer.alloc(Math.min(size, 64 * 1024), name === "" ? " " : name).toString("base64");
}
