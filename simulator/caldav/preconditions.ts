import { DavFault } from "./dav-fault.ts";
import type { DavRequest } from "./server-context.ts";
import type { StoredObject } from "./state.ts";

/**
 * Holds If-Match and If-None-Match against what is stored.
 *
 * @throws DavFault 412. If-Match on a missing resource is 412 too, not 404.
 */
export function checkPreconditions(request: DavRequest, stored: StoredObject | undefined): void {
  const ifMatch = request.headers["if-match"];
  if (ifMatch !== undefined) {
    if (!stored) throw failed("An If-Match header was specified and the resource did not exist");
    if (ifMatch !== "*" && !tags(ifMatch).includes(stored.etag)) {
      throw failed("An If-Match header was specified, but none of the specified ETags matched.", stored.etag);
    }
  }
  const ifNoneMatch = request.headers["if-none-match"];
  if (
    ifNoneMatch !== undefined &&
    stored &&
    (ifNoneMatch === "*" || tags(ifNoneMatch).includes(stored.etag))
  ) {
    throw failed(
      "An If-None-Match header was specified, but the ETag matched (or * was specified).",
      stored.etag,
    );
  }
}

function tags(header: string): string[] {
  return header.split(",").map((tag) => tag.trim());
}

function failed(message: string, etag?: string): DavFault {
  return new DavFault(
    412,
    "PreconditionFailed",
    message,
    etag === undefined ? {} : { headers: { ETag: etag } },
  );
}
