import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerIdentity } from "../../../../simulator/certificates.ts";
import { send, startContoso, user } from "./client.ts";
import type { Answer, Json } from "./client.ts";

/** What an endpoint answers, perhaps late; a hanging one never does. */
export type EndpointAnswer =
  | {
      readonly status: number;
      readonly type?: string;
      readonly body?: string;
      readonly location?: string;
      readonly afterMs?: number;
    }
  | "hang";

/** A request that came in; the token is decoded. */
type Received = {
  readonly path: string;
  readonly token: string | null;
  readonly type: string;
  readonly body: string;
};

/** A client's notification endpoint: it repeats validation tokens and answers 202, unless told otherwise. */
export async function startWebhook(identity: ServerIdentity) {
  const received: Received[] = [];
  const answers = {
    validation: (token: string): EndpointAnswer => ({ status: 200, type: "text/plain", body: token }),
    delivery: (): EndpointAnswer => ({ status: 202 }),
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://localhost");
    const token = searchParams.get("validationToken");
    const body = await text(request);
    received.push({ path: pathname, token, type: request.headers["content-type"] ?? "", body });
    const answer = token === null ? answers.delivery() : answers.validation(token);
    if (answer === "hang") return;
    if (answer.afterMs !== undefined) await sleep(answer.afterMs);
    response.writeHead(answer.status, {
      "content-type": answer.type ?? "text/plain",
      ...(answer.location === undefined ? {} : { location: answer.location }),
    });
    response.end(answer.body);
  };
  const server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const port = typeof bound === "object" ? bound?.port : undefined;
  return {
    url: `https://localhost:${port}/notifications`,
    lifecycleUrl: `https://localhost:${port}/lifecycle`,
    received,
    answers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The instant at which the simulators of these tests stand still, unless moved on. */
export const now = Date.UTC(2026, 10, 2, 12);

export const minute = 60_000;

/** An instant so many minutes from `now`. */
export function inMinutes(minutes: number): string {
  return new Date(now + minutes * minute).toISOString();
}

/** A mailbox, an endpoint, and requests to subscribe one to the other. */
export async function startSubscriber(identity: ServerIdentity) {
  const contoso = await startContoso({ identity, clock: () => now });
  const webhook = await startWebhook(identity);
  const ask = (method: string, path: string, body?: Json, token = contoso.token): Promise<Answer> =>
    send(contoso.simulator.ca, path.startsWith("https:") ? path : `${contoso.tenant.graph}/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const wanted: Json = {
    changeType: "created,updated,deleted",
    notificationUrl: webhook.url,
    lifecycleNotificationUrl: webhook.lifecycleUrl,
    resource: `/users/${user}/events`,
    expirationDateTime: inMinutes(1440),
    clientState: "our secret",
  };
  return {
    ...contoso,
    webhook,
    ask,
    /** POST of a good subscription with changes; undefined leaves a property out. */
    subscribe: (changes: Json = {}, token?: string) =>
      ask("POST", "/subscriptions", { ...wanted, ...changes }, token),
    makeEvent: (subject: string, mailbox = user) => {
      const start = { dateTime: "2026-11-03T12:00:00", timeZone: "UTC" };
      return contoso.simulator.createEvent({ mailbox, event: { subject, start, end: start } });
    },
    [Symbol.asyncDispose]: async () => {
      await contoso[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
    },
  };
}

export type Subscriber = Awaited<ReturnType<typeof startSubscriber>>;
