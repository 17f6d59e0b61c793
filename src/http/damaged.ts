import { isUtf8 } from "node:buffer";
import type { HttpResponse } from "./transport.ts";

/** True where the body is not the UTF-8 that it should be, so that `text` has replacement characters in it. */
export function isDamaged({ body, text }: Pick<HttpResponse, "body" | "text">): boolean {
  return text.includes("\uFFFD") && !isUtf8(body);
}
