import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";
import type { Household } from "../../simulator/household.ts";

/** The moments of a request that a server of this process sees. */
export type Moment = "arrived" | "answered";

const channels = { arrived: "http.server.request.start", answered: "http.server.response.finish" } as const;

/**
 * Calls back, in the same turn, at each request to the simulators of one household: as it arrives (it will
 * be carried out, whatever becomes of its sender) or when it has been answered.
 */
export function watchRequests(
  household: Household,
  moment: Moment,
  onRequest: (request: IncomingMessage) => void,
): Disposable {
  const origins = [
    ...household.graph.clouds.flatMap(({ login, graph }) => [login, graph]),
    household.icloud.url,
    ...household.icloud.partitionOrigins,
    household.baikal.url,
  ];
  const ports = new Set(origins.map((origin) => Number(new URL(origin).port)));
  const listener = (message: unknown): void => {
    const request = requestIn(message);
    if (request !== null && ports.has(request.socket.localPort ?? 0)) onRequest(request);
  };
  subscribe(channels[moment], listener);
  return { [Symbol.dispose]: () => void unsubscribe(channels[moment], listener) };
}

function requestIn(message: unknown): IncomingMessage | null {
  const isMessage = typeof message === "object" && message !== null && "request" in message;
  return isMessage && message.request instanceof IncomingMessage ? message.request : null;
}
