import { randomUUID } from "node:crypto";
import { createAuthenticator } from "../../src/dav/authenticator.ts";
import { createDavClient } from "../../src/dav/dav-client.ts";
import { discoverHome } from "../../src/dav/discovery.ts";
import { decodePath, hrefOfName, urlOfHref } from "../../src/dav/href.ts";
import { makeCalendar } from "../../src/dav/mkcalendar.ts";
import type { DavClient } from "../../src/dav/protocol.ts";
import { createTransport } from "../../src/http/node-transport.ts";
import type { Credentials } from "../../src/config/config.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

/** Somebody else who uses the same account: a phone, a desktop client. Writes without conditions. */
export type OtherClient = AsyncDisposable & {
  readonly client: DavClient;
  home(): Promise<URL>;
  makeCalendar(name?: string): Promise<URL>;
  put(collection: URL, name: string, ics: string): Promise<void>;
  /** An object (by name), or without a name the collection itself. */
  remove(collection: URL, name?: string): Promise<void>;
  /** Status of a write, whatever it is. */
  tryPut(collection: URL, name: string, ics: string): Promise<number>;
};

export function createOtherClient(
  server: ServerUnderTest,
  credentials: Credentials = server.credentials,
): OtherClient {
  const client = createDavClient({
    transport: createTransport(),
    authenticator: createAuthenticator({
      username: credentials.username,
      password: credentials.password.reveal(),
      scheme: server.auth,
    }),
    account: "another client",
    mayReceiveCredentials: (url) => url.hostname === server.url.hostname,
  });
  const signal = AbortSignal.timeout(600_000);
  const home = async () => (await discoverHome(client, server.url, signal)).homes[0];
  const tryPut = async (collection: URL, name: string, ics: string) => {
    const headers = { "content-type": "text/calendar; charset=utf-8" };
    const url = urlOf(collection, name);
    return (await client.exchange({ method: "PUT", url, headers, body: ics }, signal)).status;
  };
  return {
    client,
    home,
    tryPut,
    async makeCalendar(name = `contract-${randomUUID()}`) {
      const at = await home();
      const url = urlOfHref(`${hrefOfName(decodePath(at.pathname), name)}/`, at);
      await makeCalendar(client, { url, displayName: name, color: null }, signal);
      return url;
    },
    async put(collection, name, ics) {
      const status = await tryPut(collection, name, ics);
      if (status >= 300 || status === 207) throw new Error(`PUT ${name} answered ${status}.`);
    },
    async remove(collection, name) {
      const url = name === undefined ? collection : urlOf(collection, name);
      const { status } = await client.exchange({ method: "DELETE", url }, signal);
      if (status >= 300) throw new Error(`DELETE ${url.pathname} answered ${status}.`);
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

const urlOf = (collection: URL, name: string) =>
  urlOfHref(hrefOfName(decodePath(collection.pathname), name), collection);
