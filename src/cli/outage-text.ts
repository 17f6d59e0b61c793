import type { RemoteError } from "../http/remote-error.ts";
import { sentence } from "../http/sentence.ts";

/** Why a server could not be asked, and until when, as sentences. */
export function outage(error: RemoteError): string {
  const until = error.willRecover ? "Wait until the server can be reached." : "That has to be mended first.";
  return [sentence(error.message), error.remedy ?? until].join(" ");
}
