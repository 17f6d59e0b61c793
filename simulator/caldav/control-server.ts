import { createServer, type Server } from "node:http";
import type { CaldavControl } from "./control.ts";
import { performCall } from "./control-calls.ts";

/**
 * Serves the control API as JSON on a loopback port of its own: POST a call, get `{"result": …}` or, with 400,
 * `{"error": "…"}`.
 */
export async function serveControl(control: CaldavControl, port: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const answer = (status: number, body: object): void => {
      outgoing.writeHead(status, { "Content-Type": "application/json" });
      outgoing.end(JSON.stringify(body));
    };
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      try {
        answer(200, { result: performCall(control, Buffer.concat(chunks).toString("utf8")) ?? null });
      } catch (error) {
        answer(400, { error: error instanceof Error ? error.message : String(error) });
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
