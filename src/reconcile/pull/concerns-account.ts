import type { RemoteError } from "../../http/remote-error.ts";

/** Names of Node for a server that cannot be reached at all; a connection that breaks may do so for one calendar. */
const unreachable: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Whether an error that one calendar met would meet every other of its account. */
export function concernsAccount({ kind, code }: RemoteError): boolean {
  if (kind === "transient") return code !== undefined && unreachable.has(code);
  return kind === "auth" || kind === "throttled" || kind === "aborted";
}
