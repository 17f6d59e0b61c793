import type { Context } from "../reconcile/context.ts";
import { withLease } from "../reconcile/with-lease.ts";
import { type Delivery, listAlerts, saveAlerts } from "../store/alerts.ts";
import { stepAlerts } from "./alerts.ts";
import { checkHealth } from "./check-health.ts";
import { deliverAlerts } from "./deliver-alerts.ts";
import type { HealthSettings } from "./settings.ts";
import type { Webhook } from "./webhook.ts";

/**
 * One check: finds what needs attention, and tells what is new, goes on or is over, in the log and to the webhook.
 * Of several processes on one database only one does so at a time, and what it told is remembered for all.
 */
export async function raiseAlerts(
  context: Context,
  settings: HealthSettings,
  webhook: Webhook | null,
  signal: AbortSignal,
): Promise<void> {
  await withLease(context, "alerts", signal, async (lease, fenced) => {
    const { conditions } = await checkHealth(context, settings);
    const before = await listAlerts(context.db);
    const { alerts, told } = stepAlerts(before, conditions, context.clock.now(), settings.repeatMs);
    await lease.check();
    if (JSON.stringify(alerts) !== JSON.stringify(before) || told.length > 0)
      await saveAlerts(context.db, alerts, told);
    for (const delivery of told) logAlert(context, delivery);
    await deliverAlerts(context, webhook, fenced);
  });
}

/** An alert as a line of the log. */
export function logAlert({ log }: Pick<Context, "log">, { kind, subject, state, message }: Delivery): void {
  log[state === "firing" ? "warn" : "info"]({ alert: kind, subject }, message);
}
