import { RemoteError } from "../../http/remote-error.ts";
import type { WriteResult } from "./write-action.ts";

/** So many writes refused alike, and none accepted, are no longer about the objects. */
const refusalsAlike = 3;

/**
 * Watches the writes of one run. A server that is out of order (a locked database, a lost permission)
 * refuses every object with 500 or 403; none of them is to be left out for that.
 */
export class OutageWatch {
  #accepted = false;
  #refused = 0;

  /** @throws RemoteError `transient` when the server refuses whatever it is given. */
  notice(result: WriteResult, attempted: string): void {
    if (result.kind === "stands" || result.kind === "removed") this.#accepted = true;
    if (result.kind !== "refused" || !mayBeOutage(result.status)) return;
    this.#refused += 1;
    if (this.#accepted || this.#refused < refusalsAlike) return;
    throw new RemoteError(
      "transient",
      `${attempted}: the server refused ${this.#refused} objects in a row: ${result.reason}`,
      {
        status: result.status ?? undefined,
        remedy: "Look at the server's own log: its database may be locked, or a permission may be missing.",
      },
    );
  }
}

/** Whether a refusal may mean the server rather than the object. */
function mayBeOutage(status: number | null): boolean {
  return status === 403 || (status !== null && status >= 500);
}
