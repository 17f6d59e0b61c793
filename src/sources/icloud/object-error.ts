import { RemoteError } from "../../http/remote-error.ts";

/**
 * True for a failed read that may lie in the objects asked for (one poisoned object fails a whole multiget):
 * they are owed and the rest goes on. False where the server, the network or the credentials are at fault.
 */
export function liesInTheObjects(error: unknown): error is RemoteError {
  if (!(error instanceof RemoteError)) return false;
  switch (error.kind) {
    case "missing":
    case "refused":
    case "conflict":
    case "protocol":
      return true;
    case "transient":
      return error.status === 500;
    case "throttled":
    case "auth":
    case "forbidden":
    case "checkpoint":
    case "aborted":
      return false;
    default:
      return error.kind satisfies never;
  }
}
