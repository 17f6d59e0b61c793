import type { Server } from "node:http";
import { noActivity } from "./activity.ts";
import { createControl, type CaldavControl } from "./control.ts";
import { serveControl } from "./control-server.ts";
import { emptyFaultBoard } from "./faults.ts";
import { layoutOf } from "./layout.ts";
import { listen, type Tls } from "./listener.ts";
import type { ServerContext } from "./server-context.ts";
import { emptyState } from "./state.ts";
import { defaultSwitches, type CaldavSwitches, type Persona } from "./switches.ts";

/** What to start. Ports of 0 (the default) are chosen by the system. */
export type CaldavSimulatorOptions = {
  readonly persona: Persona;
  /** The port a client is configured with. */
  readonly port?: number;
  /** iCloud: one port per partition host; two by default. */
  readonly partitionPorts?: readonly number[];
  /** The port of the control API over HTTP. */
  readonly controlPort?: number;
  readonly tls?: Tls;
  /** The name in absolute URLs; the listeners are on 127.0.0.1 whatever it says. */
  readonly hostname?: string;
  readonly switches?: Partial<CaldavSwitches>;
  /** Epoch milliseconds; for nonces. */
  readonly now?: () => number;
};

/** A running simulator. */
export interface CaldavSimulator extends AsyncDisposable {
  /** Where a client starts: Baikal's `…/dav.php/`, otherwise the host with `/`. */
  readonly url: string;
  /** iCloud: the origins of the partitions. */
  readonly partitionOrigins: readonly string[];
  /** Where the control API listens. */
  readonly controlUrl: string;
  readonly control: CaldavControl;
}

/**
 * Starts a CalDAV server that behaves like Baikal, iCloud or a server by the RFCs, in memory.
 *
 * @throws Error where a port is taken.
 */
export async function startCaldavSimulator(options: CaldavSimulatorOptions): Promise<CaldavSimulator> {
  const context: ServerContext = {
    persona: options.persona,
    dialect: options.persona === "baikal" ? "sabre" : options.persona === "icloud" ? "apple" : "plain",
    layout: layoutOf(options.persona),
    switches: { ...defaultSwitches(options.persona), ...options.switches },
    state: emptyState(),
    activity: noActivity(),
    faults: emptyFaultBoard(),
    partitionOrigins: [],
    entryOrigin: "",
    nonces: new Map(),
    sessionIds: new Set(),
    now: options.now ?? Date.now,
  };
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map(closeServer));
  };
  const origin = (server: Server): string =>
    `${options.tls ? "https" : "http"}://${options.hostname ?? "127.0.0.1"}:${portOf(server)}`;
  try {
    const entry = await listen(context, "entry", options.port ?? 0, options.tls);
    servers.push(entry);
    context.entryOrigin = origin(entry);
    if (options.persona === "icloud") {
      for (const [partition, port] of (options.partitionPorts ?? [0, 0]).entries()) {
        const server = await listen(context, { partition }, port, options.tls);
        servers.push(server);
        context.partitionOrigins.push(origin(server));
      }
    }
    const control = createControl(context);
    const controlServer = await serveControl(control, options.controlPort ?? 0);
    servers.push(controlServer);
    return {
      url: `${context.entryOrigin}${context.layout.root}`,
      partitionOrigins: context.partitionOrigins,
      controlUrl: `http://127.0.0.1:${portOf(controlServer)}/`,
      control,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
