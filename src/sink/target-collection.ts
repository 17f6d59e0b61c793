import type { LimitFunction } from "p-limit";
import { inBatches } from "../dav/batches.ts";
import { fingerprint } from "../calendar/fingerprint.ts";
import { normalizeEtag } from "../dav/etag.ts";
import { getObject } from "../dav/get.ts";
import { hrefOfName, nameOfHref, urlOfHref } from "../dav/href.ts";
import { listEtags } from "../dav/list-etags.ts";
import { multiget } from "../dav/multiget.ts";
import type { DavClient } from "../dav/protocol.ts";
import { deleteObject, type PutRequest, putObject } from "../dav/write.ts";
import { RemoteError } from "../http/remote-error.ts";
import { collectionChanges } from "./collection-changes.ts";
import type { StoredObject, TargetCollection, WriteOutcome } from "./sink.ts";

const batchSize = 50;

export type OpenCollection = {
  readonly client: DavClient;
  readonly url: URL;
  readonly href: string;
  readonly created: boolean;
  readonly warnings: readonly string[];
  readonly oneAtATime: LimitFunction;
};

/**
 * Reads and writes one collection of the sink. ETags are compared and sent in their strong form: If-Match knows only
 * strong comparison (RFC 9110 section 13.1.1), so `W/"x"` would never match. A proxy that weakened `"x"` on the way is
 * undone by this; a server whose tag really is weak answers 412, which loses nothing.
 */
export function openCollection(open: OpenCollection): TargetCollection {
  const { client, url, href, created, warnings, oneAtATime } = open;
  const urlOf = (name: string) => urlOfHref(hrefOfName(href, name), url);

  const fetch = async (name: string, signal: AbortSignal): Promise<StoredObject | null> => {
    const object = await getObject(client, urlOf(name), signal);
    if (object === null) return null;
    if (object.etag === null) throw withoutEtag(name, href);
    return { name, etag: object.etag, ics: object.data };
  };

  const put = async (
    name: string,
    ics: string,
    condition: PutRequest["condition"],
    signal: AbortSignal,
  ): Promise<WriteOutcome> => {
    const outcome = await putObject(client, { url: urlOf(name), ics, condition }, signal).catch(explainFull);
    if (outcome.kind === "refused") {
      return { kind: "refused", status: outcome.status, reason: outcome.reason.trim() };
    }
    if (outcome.kind !== "written") return outcome;
    if (outcome.etag !== null) return { kind: "written", etag: outcome.etag, stored: null };
    // No ETag: the server changed the body (RFC 4791 section 5.3.4).
    const stored = await fetch(name, signal);
    if (stored === null) return { kind: "missing" };
    if (condition.kind === "match" && stored.etag === normalizeEtag(condition.etag))
      refuseUnchanged(stored, ics);
    return { kind: "written", etag: stored.etag, stored: stored.ics };
  };

  return {
    href,
    created,
    warnings,

    async list(signal) {
      const etags = new Map<string, string>();
      for (const listed of await listEtags(client, url, signal)) {
        const name = nameOfHref(listed.href);
        const etag = listed.etag ?? (await fetch(name, signal))?.etag;
        if (etag !== undefined) etags.set(name, etag);
      }
      return etags;
    },

    changes: (since, signal) => collectionChanges(client, url, since, signal),

    async *read(names, signal) {
      for (const batch of inBatches(names, batchSize)) {
        const hrefs = batch.map((name) => hrefOfName(href, name));
        const stored: StoredObject[] = [];
        const doubtful: string[] = [];
        for (const result of await multiget(client, url, hrefs, signal)) {
          const name = nameOfHref(result.href);
          if (result.kind === "found" && result.etag !== null) {
            stored.push({ name, etag: result.etag, ics: result.data });
          } else if (result.kind !== "failed" || (result.status !== 404 && result.status !== 410)) {
            doubtful.push(name);
          }
        }
        try {
          for (const name of doubtful) {
            const object = await fetch(name, signal);
            if (object !== null) stored.push(object);
          }
        } catch (error) {
          // What was read is given all the same: the one that could not be is perhaps the only one.
          yield stored;
          throw error;
        }
        yield stored;
      }
    },

    create: (name, ics, signal) => oneAtATime(() => put(name, ics, { kind: "absent" }, signal)),

    update: (name, ics, etag, signal) => oneAtATime(() => put(name, ics, { kind: "match", etag }, signal)),

    remove: (name, etag, signal) =>
      oneAtATime(async () => {
        const outcome = await deleteObject(client, { url: urlOf(name), etag }, signal);
        if (outcome.kind !== "refused") return outcome;
        return { kind: "refused", status: outcome.status, reason: outcome.reason.trim() };
      }),
  };
}

/**
 * A success that changed nothing: something in front of the server answers in its place.
 *
 * @throws RemoteError `protocol` unless what stands there is what was to be written.
 */
function refuseUnchanged({ name, ics }: StoredObject, desired: string): void {
  if (fingerprint(ics) === fingerprint(desired)) return;
  throw new RemoteError("protocol", `The sink says that it has written ${name}, and has not changed it.`, {
    remedy: "Check that no proxy answers for the server; the object is written again with the next run.",
  });
}

/** A full disk is no property of the object, and passes as soon as somebody makes room. */
function explainFull(error: unknown): never {
  if (!(error instanceof RemoteError) || error.status !== 507) throw error;
  throw new RemoteError("transient", error.message, {
    status: 507,
    code: error.code,
    remedy: "The sink's storage is full: free some space, or raise the account's quota.",
    cause: error,
  });
}

const withoutEtag = (name: string, href: string): RemoteError =>
  new RemoteError("protocol", `The sink names no ETag for ${name} in ${href}.`, {
    remedy:
      "Without ETags nothing can be written safely: use a server (or a proxy in front of it) that keeps them.",
  });
