import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A server's address that can go away and come back, as when it is killed and started again. */
export interface TcpRelay extends AsyncDisposable {
  /** The same origin on the relay's port. */
  readonly origin: string;
  /** Every connection ends at once, and no other is taken. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Passes connections on to a server on this machine, byte by byte. */
export async function startRelay(origin: string): Promise<TcpRelay> {
  const targetPort = Number(new URL(origin).port);
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server | null = null;
  const open = async (): Promise<void> => {
    if (server !== null) return;
    server = createServer((near) => {
      const far = connect(targetPort, "127.0.0.1");
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address !== null && typeof address === "object") port = address.port;
  };
  const shut = async (): Promise<void> => {
    const closing = server;
    server = null;
    for (const socket of sockets) socket.resetAndDestroy();
    if (closing === null) return;
    closing.close();
    await once(closing, "close");
  };
  await open();
  const relayed = new URL(origin);
  relayed.port = String(port);
  return { origin: relayed.origin, shut, open, [Symbol.asyncDispose]: shut };
}
