import { Agent, request } from "node:https";
import { startGraphSimulator } from "../../../../simulator/graph/simulator.ts";
import type { GraphSimulator, GraphSimulatorOptions } from "../../../../simulator/graph/simulator.ts";

export type Json = Record<string, unknown>;
export type Answer = { status: number; headers: Record<string, string>; text: string; json: Json };

export const clientId = "11111111-1111-1111-1111-111111111111";
export const user = "adele@contoso.example";

/** One plain request over HTTPS; rejects if the connection breaks. Asks for no compression. */
export function send(
  ca: string,
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ ca, keepAlive: false });
    const outgoing = request(url, { agent, method: options.method ?? "GET", headers: options.headers ?? {} });
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("error", reject);
      incoming.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const headers = Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
        );
        resolve({ status: incoming.statusCode ?? 0, headers, text, json: parseJson(text) });
      });
    });
    outgoing.end(options.body);
  });
}

/** A JSON object, empty for what is none. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A simulator with one tenant, one app and one mailbox, and a client that is logged in. */
export async function startContoso(options: GraphSimulatorOptions = {}) {
  const simulator = await startGraphSimulator({ ...options, control: options.control ?? null });
  const tenant = simulator.addTenant({ domain: "contoso.example" });
  simulator.addApp({ tenant: tenant.id, clientId, secret: "open sesame" });
  const mailbox = simulator.addMailbox({
    tenant: tenant.id,
    userPrincipalName: user,
    displayName: "Adele Vance",
    timeZone: "Pacific Standard Time",
  });
  const token = await fetchToken(simulator);
  return {
    simulator,
    tenant,
    token,
    calendar: mailbox.defaultCalendar,
    /** GET of an absolute link or a path below the user. */
    get: (path: string, prefer?: string) =>
      send(simulator.ca, path.startsWith("https:") ? path : `${tenant.graph}/v1.0/users/${user}${path}`, {
        headers: { authorization: `Bearer ${token}`, ...(prefer === undefined ? {} : { prefer }) },
      }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

export type Contoso = Awaited<ReturnType<typeof startContoso>>;

export async function fetchToken(simulator: GraphSimulator, changes: Json = {}): Promise<string> {
  return String((await postToken(simulator, changes)).json["access_token"]);
}

/** POST to the token endpoint of the first cloud, with a good form unless changed. */
export function postToken(
  simulator: GraphSimulator,
  { tenant = "contoso.example", ...changes }: Json = {},
): Promise<Answer> {
  const form = new URLSearchParams({
    client_id: clientId,
    client_secret: "open sesame",
    scope: `${simulator.clouds[0]?.graph}/.default`,
    grant_type: "client_credentials",
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) form.delete(name);
    else if (typeof value === "string") form.set(name, value);
  }
  return send(simulator.ca, `${simulator.clouds[0]?.login}/${String(tenant)}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
}

/** The elements of an answer's `value`. */
export function valuesOf(answer: Answer): Json[] {
  const { value } = answer.json;
  if (!Array.isArray(value)) throw new Error(`No value in ${answer.status} ${answer.text.slice(0, 300)}`);
  return value;
}

/** The code of an error answer. */
export function codeOf(answer: Answer | undefined): unknown {
  const error = answer?.json["error"];
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** Follows next links to the end of a round. */
export async function follow(
  contoso: Contoso,
  first: string,
  prefer?: string,
): Promise<{ items: Json[]; pages: Json[][]; deltaLink: string }> {
  const pages: Json[][] = [];
  for (let link = first; ; ) {
    const answer = await contoso.get(link, prefer);
    pages.push(valuesOf(answer));
    const next = answer.json["@odata.nextLink"];
    if (typeof next !== "string") {
      return { items: pages.flat(), pages, deltaLink: String(answer.json["@odata.deltaLink"]) };
    }
    link = next;
  }
}
