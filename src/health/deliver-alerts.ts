import type { Context } from "../reconcile/context.ts";
import { dropDeliveries, dueDeliveries, noteDelivered, noteUndelivered } from "../store/alerts.ts";
import type { Webhook } from "./webhook.ts";

const firstPauseMs = 60_000;
const longestPauseMs = 30 * 60_000;

/**
 * Posts what the webhook is still to be told, oldest first. One that fails ends the attempt: there is one receiver, and
 * it is left alone for one minute up to half an hour. What is not delivered waits in the database.
 */
export async function deliverAlerts(
  context: Context,
  webhook: Webhook | null,
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, log } = context;
  if (webhook === null) return dropDeliveries(db);
  for (const delivery of await dueDeliveries(db, clock.now())) {
    const failure = await webhook.deliver(delivery, signal);
    if (failure === null) {
      await noteDelivered(db, delivery);
      continue;
    }
    if (signal.aborted) return;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(delivery.attempts, 10));
    await noteUndelivered(db, clock.now() + pauseMs);
    const { kind, subject } = delivery;
    log.warn(
      { alert: kind, subject },
      `The webhook at ${webhook.host} could not be told of an alert: ${failure}. It is tried again in ${Math.round(pauseMs / 60_000)} min.`,
    );
    return;
  }
}
