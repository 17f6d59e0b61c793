import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";

export type TestServer = AsyncDisposable & { readonly url: URL; readonly connections: number };

/** An HTTP server on a free port of 127.0.0.1; with certificate and key over TLS. */
export async function startServer(
  listener: RequestListener,
  tls?: { readonly cert: string; readonly key: string },
): Promise<TestServer> {
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  return await listening(server, tls === undefined ? "http" : "https");
}

/** A server that writes bytes to the socket as it likes: for answers that node:http refuses to send. */
export async function startRawServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return await listening(
    net.createServer((socket) => {
      socket.on("error", () => undefined);
      onConnection(socket);
    }),
    "http",
  );
}

async function listening(server: net.Server, scheme: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: new URL(`${scheme}://127.0.0.1:${address.port}/`),
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
