import { GraphRefusal } from "../reply.ts";
import type { Switches } from "../switches.ts";
import type { World } from "../world.ts";
import { outcomeOf } from "./outbox.ts";

/**
 * Asks an endpoint to repeat a token. It is opaque: signs that mean something in URLs and in HTML are in it,
 * encoded as forms are, so that "+" stands for a space.
 * @throws GraphRefusal 400 for anything but 200, text/plain and the very token, in time
 */
export async function validateEndpoint(world: World, url: string, switches: Switches): Promise<void> {
  if (switches.validation === "never-sent") throw invalid("Subscription validation request timed out.");
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${world.identifiers.guid()} <a+b&c="100%">`;
  const query = new URLSearchParams({ validationToken: token }).toString();
  const target = `${url}${url.includes("?") ? "&" : "?"}${query}`;
  const at = new Date(world.clock.now()).toISOString();
  const answer = await world.notifications.webhooks.post({
    url: target,
    contentType: "text/plain; charset=utf-8",
    body: "",
    timeoutMs: switches.validationTimeoutMs,
  });
  world.notifications.outbox.log.record({
    kind: "validation",
    url: target,
    at,
    attempt: 1,
    subscriptions: [],
    body: "",
    ...outcomeOf(answer),
    retryAt: null,
  });
  if (answer.kind === "timeout") throw invalid("Subscription validation request timed out.");
  if (answer.kind === "failure" || answer.status !== 200) {
    throw invalid(
      "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
    );
  }
  if (!/^text\/plain\s*(;|$)/i.test(answer.contentType) || answer.body !== token) {
    throw invalid(
      "Subscription validation request failed. Response must exactly match validationToken query parameter.",
    );
  }
}

function invalid(message: string): GraphRefusal {
  return new GraphRefusal(400, "ValidationError", message);
}
