import { createServer as createHttp, type RequestListener, type Server as HttpServer } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import type { Fault } from "./fault.ts";
import type { ProxyIdentities } from "./identities.ts";

/** What happens to new connections. `left` says how often; each one that is met is told to `onHit`. */
export type ConnectionTrouble = {
  readonly fault: Extract<Fault, { kind: "refused" | "dropped" | "tls" }>;
  left: number;
  readonly onHit: () => void;
};

const flaws = ["wrong-name", "expired", "self-signed"] as const;

/**
 * One listening port. It takes connections itself and hands them to a server with a good certificate, or one with
 * a bad certificate, or to nobody.
 */
export class Front implements AsyncDisposable {
  readonly #servers: ReadonlyMap<string, HttpServer>;
  readonly #sockets = new Set<Socket>();
  #trouble: ConnectionTrouble | null = null;
  #listener: Server;
  #port = 0;
  #isListening = false;

  constructor(onRequest: RequestListener, identities: ProxyIdentities | null) {
    const servers = new Map<string, HttpServer>();
    if (identities === null) servers.set("good", createHttp(onRequest));
    else
      for (const name of ["good", ...flaws] as const) {
        const { key, cert } = identities[name];
        const server = createHttps({ key, cert }, onRequest);
        // A client that turns away from a bad certificate.
        server.on("tlsClientError", () => undefined);
        servers.set(name, server);
      }
    for (const server of servers.values()) {
      server.keepAliveTimeout = 60_000;
      server.on("clientError", (_error, socket) => socket.destroy());
    }
    this.#servers = servers;
    this.#listener = this.#createListener();
  }

  get port(): number {
    return this.#port;
  }

  async listen(port = this.#port): Promise<void> {
    if (this.#isListening) return;
    this.#listener = this.#createListener();
    await new Promise<void>((resolve, reject) => {
      this.#listener.once("error", reject);
      this.#listener.listen(port, "127.0.0.1", resolve);
    });
    const bound = this.#listener.address();
    if (bound !== null && typeof bound === "object") this.#port = bound.port;
    this.#isListening = true;
  }

  /** Drops every connection that there is; the next ones are troubled. */
  trouble(trouble: ConnectionTrouble): void {
    this.#trouble = trouble;
    if (trouble.fault.kind === "refused") this.#stopListening();
    this.dropConnections();
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Ends whatever troubles connections. */
  async heal(): Promise<void> {
    this.#trouble = null;
    await this.listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropConnections();
    if (!this.#isListening) return;
    const closed = new Promise<void>((resolve) => this.#listener.once("close", () => resolve()));
    this.#stopListening();
    await closed;
  }

  #stopListening(): void {
    this.#isListening = false;
    this.#listener.close();
  }

  #createListener(): Server {
    return createServer((socket) => this.#accept(socket));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
    const trouble = this.#trouble;
    if (trouble === null || trouble.left <= 0) {
      this.#servers.get("good")?.emit("connection", socket);
      return;
    }
    trouble.left -= 1;
    trouble.onHit();
    const { fault } = trouble;
    if (fault.kind !== "tls") socket.resetAndDestroy();
    else if (fault.flaw === "cut-off") socket.once("data", () => socket.resetAndDestroy());
    else this.#servers.get(fault.flaw)?.emit("connection", socket);
  }
}
