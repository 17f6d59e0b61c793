import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A method, because methods may take a narrower input than they are called with: the caller answers for it. */
type Operation = { run(input: unknown): unknown }["run"];

/** Operations by name; each takes one JSON object and returns something JSON can say. */
export type ControlOperations = Readonly<Record<string, Operation>>;

/** A running control server. */
export type ControlServer = { readonly url: string; close(): Promise<void> };

/**
 * Serves operations over plain HTTP on a loopback port: `POST /{operation}` with a JSON object as body
 * answers 200 and the result, 400 `{error}` where the operation threw, 404 where there is none;
 * `GET /` lists the names.
 */
export async function startControl(
  operations: ControlOperations,
  address: { readonly host: string; readonly port: number },
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    void answer(operations, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The control server has no port.");
  return {
    url: `http://${address.host}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  operations: ControlOperations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, result } = await run(operations, request);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(result ?? null));
}

async function run(
  operations: ControlOperations,
  request: IncomingMessage,
): Promise<{ status: number; result: unknown }> {
  const name = (request.url ?? "/").slice(1).split("?")[0] ?? "";
  if (request.method === "GET" && name === "") return { status: 200, result: Object.keys(operations) };
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (request.method !== "POST" || operation === undefined) {
    return { status: 404, result: { error: `No operation "${name}": POST one of those that GET / lists.` } };
  }
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const input: unknown = JSON.parse(text === "" ? "{}" : text);
    return { status: 200, result: await operation(input) };
  } catch (error) {
    return { status: 400, result: { error: error instanceof Error ? error.message : String(error) } };
  }
}
