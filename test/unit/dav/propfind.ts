import type { RemoteError } from "../../../src/http/remote-error.ts";
import { remoteErrorOf } from "../remote-error-of.ts";
import { at, clientOf, fakeServer, found, multistatus, type Reply, signal } from "./fake-server.ts";

/** A calendar called Work. */
export const ok = multistatus(found("/c/", "<d:displayname>Work</d:displayname>"));

/** Properties to ask for. */
export const names = [
  ["DAV:", "displayname"],
  ["urn:ietf:params:xml:ns:caldav", "calendar-data"],
] as const;

/** The error that a PROPFIND fails with which is answered so. */
export const propfindFailure = (reply: Reply): Promise<RemoteError> =>
  remoteErrorOf(clientOf(fakeServer([reply])).propfind(at("/c/"), "0", names, signal));
