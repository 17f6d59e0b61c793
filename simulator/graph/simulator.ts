import { writeFile } from "node:fs/promises";
import { createServerIdentity } from "../certificates.ts";
import type { ServerIdentity } from "../certificates.ts";
import { startControl } from "../control.ts";
import type { ControlServer } from "../control.ts";
import { createClock } from "./clock.ts";
import { Counters } from "./counters.ts";
import { directoryOperations } from "./directory-operations.ts";
import { eventOperations } from "./event-operations.ts";
import { Faults } from "./faults.ts";
import type { Cloud } from "./model.ts";
import { notificationOperations } from "./notifications/notification-operations.ts";
import { createNotifications } from "./notifications/notifications.ts";
import { listen } from "./server.ts";
import type { Listener } from "./server.ts";
import { serviceOperations } from "./service-operations.ts";
import { calmSwitches } from "./switches.ts";
import type { Switches } from "./switches.ts";
import { createSyncStates } from "./sync-states.ts";
import { Throttle } from "./throttle.ts";
import { createIdentifiers } from "./world.ts";
import type { World } from "./world.ts";

/** One cloud to play; ports are chosen by the system unless given. */
type CloudOptions = {
  readonly name: string;
  readonly loginPort?: number;
  readonly graphPort?: number;
};

export type GraphSimulatorOptions = {
  /** The first one is the worldwide cloud. Default: `global` alone. */
  readonly clouds?: readonly CloudOptions[];
  /** Address to listen on, 127.0.0.1 by default. */
  readonly host?: string;
  /** Host name in all origins and links, `host` by default; the certificate covers both and localhost. */
  readonly publicName?: string;
  /** Where the control API listens; null for none. Default: a free port of 127.0.0.1. */
  readonly control?: { readonly host: string; readonly port: number } | null;
  /** TLS material of one's own, to share it between simulators. */
  readonly identity?: ServerIdentity;
  /** PEM of the authority that clients' notification endpoints are trusted by; the servers' own by default. */
  readonly notificationCa?: string;
  /** File that gets the PEM of the certificate authority. */
  readonly caFile?: string;
  /** Epoch milliseconds; the system's clock by default. */
  readonly clock?: () => number;
  /** Same seed, same operations: same ids. */
  readonly seed?: string;
  readonly switches?: Partial<Switches>;
};

type Operations = ReturnType<typeof operationsOf>;

/** A running simulator: all operations of the control API, and where it is to be found. */
export type GraphSimulator = Operations &
  AsyncDisposable & {
    /** PEM of the authority that signed the servers' certificate. */
    readonly ca: string;
    /** Origins of the login authority and of Graph, in the order of the options. */
    readonly clouds: readonly Cloud[];
    /** Origin of the control API, or null. */
    readonly controlUrl: string | null;
    close(): Promise<void>;
  };

/**
 * Starts Microsoft's login authority and Graph, one pair of HTTPS servers for each cloud.
 * @throws Error where a port is taken
 */
export async function startGraphSimulator(options: GraphSimulatorOptions = {}): Promise<GraphSimulator> {
  const host = options.host ?? "127.0.0.1";
  const publicName = options.publicName ?? host;
  const identity =
    options.identity ?? (await createServerIdentity([...new Set(["localhost", "127.0.0.1", publicName])]));
  if (options.caFile !== undefined) await writeFile(options.caFile, identity.ca);
  const clock = createClock(options.clock);
  const counters = new Counters();
  const identifiers = createIdentifiers(options.seed ?? "simulator");
  const clouds: Cloud[] = [];
  const world: World = {
    clock,
    clouds,
    tenants: [],
    counters,
    faults: new Faults(),
    syncStates: createSyncStates(identifiers),
    throttle: new Throttle(clock, counters),
    identifiers,
    notifications: createNotifications(clock, options.notificationCa ?? identity.ca, () => world.switches),
    switches: { ...calmSwitches, ...options.switches },
  };
  const servers: (Listener | ControlServer)[] = [];
  const close = async (): Promise<void> => {
    world.notifications.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    for (const { name, loginPort = 0, graphPort = 0 } of options.clouds ?? [{ name: "global" }]) {
      let cloud: Cloud = { name, login: "", graph: "" };
      const context = (): { world: World; cloud: Cloud } => ({ world, cloud });
      const login = await listen("login", identity, { host, port: loginPort }, context);
      servers.push(login);
      const graph = await listen("graph", identity, { host, port: graphPort }, context);
      servers.push(graph);
      const origin = (port: number): string => new URL(`https://${publicName}:${port}`).origin;
      cloud = { name, login: origin(login.port), graph: origin(graph.port) };
      clouds.push(cloud);
    }
    const operations = operationsOf(world, identity.ca);
    const control =
      options.control === null
        ? null
        : await startControl(operations, options.control ?? { host: "127.0.0.1", port: 0 });
    if (control !== null) servers.push(control);
    return {
      ...operations,
      ca: identity.ca,
      clouds,
      controlUrl: control?.url ?? null,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function operationsOf(world: World, ca: string) {
  return {
    ...directoryOperations(world),
    ...eventOperations(world),
    ...serviceOperations(world),
    ...notificationOperations(world),
    /** Where everything is: origins by cloud, and the certificate authority. */
    describe: () => ({ ca, clouds: world.clouds }),
  };
}
