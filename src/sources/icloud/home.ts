import { z } from "zod";
import { discoverHome } from "../../dav/discovery.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { Account } from "./account.ts";
import { credentialHosts } from "./credential-hosts.ts";

export type Homes = readonly [URL, ...URL[]];

const urlText = z.url();
const memoryShape = z.strictObject({
  entry: z.string(),
  username: z.string(),
  homes: z.tuple([urlText], urlText),
});

/** What is remembered between runs: the homes, and for whom they were found. */
export function rememberHomes(account: Account, homes: Homes): string {
  const { url, credentials } = account.config;
  return JSON.stringify({
    entry: url.href,
    username: credentials.username,
    homes: homes.map((home) => home.href),
  });
}

/** The remembered homes; null if there are none, they belong to another account, or may not be trusted. */
export function recallHomes(account: Account, memory: string | null): Homes | null {
  if (memory === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(memory);
  } catch {
    return null;
  }
  const parsed = memoryShape.safeParse(value);
  if (!parsed.success) return null;
  const { url, credentials } = account.config;
  if (parsed.data.entry !== url.href || parsed.data.username !== credentials.username) return null;
  const [first, ...others] = parsed.data.homes;
  const homes: Homes = [new URL(first), ...others.map((home) => new URL(home))];
  return homes.every(credentialHosts(url)) ? homes : null;
}

/** Asks the server for the account's homes. @throws RemoteError */
export async function findHomes(account: Account, signal: AbortSignal): Promise<Homes> {
  return (await discoverHome(account.client, account.config.url, signal)).homes;
}

/** True for what a server answers for an account that does not live there any more: discover again. */
export function mayHaveMoved(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  return error.kind === "protocol" || [401, 403, 404, 410, 421].includes(error.status ?? 0);
}
