import type { Context } from "../reconcile/context.ts";
import { databaseTrouble } from "../store/database-error.ts";
import type { Delivery, StoredAlert } from "../store/alerts.ts";
import { type Condition, stepAlerts } from "./alerts.ts";
import { logAlert } from "./raise-alerts.ts";
import type { Webhook } from "./webhook.ts";

const graceMs = 3 * 60_000;

/** The one alert that cannot be kept in the database: each process has its own. */
export type DatabaseAlert = {
  /** Call after each check with the error that it ended with, or null. */
  note(
    error: unknown,
    parts: { readonly context: Context; readonly webhook: Webhook | null; readonly repeatMs: number },
    signal: AbortSignal,
  ): Promise<void>;
};

/** Tells once that the database has failed for some minutes, and once that it is there again. */
export function createDatabaseAlert(): DatabaseAlert {
  let alerts: readonly StoredAlert[] = [];
  let untold: Delivery | null = null;
  return {
    async note(error, { context, webhook, repeatMs }, signal) {
      const conditions = error === null ? [] : [failing(error)];
      const step = stepAlerts(alerts, conditions, context.clock.now(), repeatMs);
      alerts = step.alerts;
      for (const delivery of step.told) {
        logAlert(context, delivery);
        untold = delivery;
      }
      // Where no receiver is configured nothing waits for one.
      if (webhook === null) untold = null;
      else if (untold !== null && (await webhook.deliver(untold, signal)) === null) untold = null;
    },
  };
}

function failing(error: unknown): Condition {
  const why = error instanceof Error ? error.message : String(error);
  const remedy =
    databaseTrouble(error)?.remedy ?? "See that the database runs, and that its disk is not full.";
  const message = `The database fails, nothing can be read or written: ${why.split("\n")[0]}. It is tried again each minute. ${remedy}`;
  return { kind: "database", subject: "database", stage: "", message, graceMs, repeats: true };
}
