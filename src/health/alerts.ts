import type { Delivery, StoredAlert } from "../store/alerts.ts";
import { overMessage } from "./over-message.ts";

/** What an alert is about. Documented in docs/operations/freshness-and-alerts.md. */
export type AlertKind =
  | "stale"
  | "failing"
  | "held"
  | "quarantined"
  | "owed"
  | "refused"
  | "expiring"
  | "audit-overdue"
  | "unbalanced"
  | "database";

/** Something that is not as it should be, found by one check. */
export type Condition = {
  readonly kind: AlertKind;
  /** `source/account`, a target or a source: with the kind it names the alert. */
  readonly subject: string;
  /** When it changes, the alert is told again. */
  readonly stage: string;
  /** What, since when, and what to do. */
  readonly message: string;
  /** How long it has to last before it is told, in milliseconds. */
  readonly graceMs: number;
  /** False: told once for each stage, not again and again. */
  readonly repeats: boolean;
};

/** The alerts from now on, and what is to be told because of the change. */
export type AlertStep = { readonly alerts: readonly StoredAlert[]; readonly told: readonly Delivery[] };

/**
 * Compares what a check found with the alerts so far. An alert is told once when its condition has lasted long
 * enough, again at each new stage and after each `repeatMs`, and once when it is over; what was never told ends silently.
 */
export function stepAlerts(
  stored: readonly StoredAlert[],
  conditions: readonly Condition[],
  now: number,
  repeatMs: number,
): AlertStep {
  const before = new Map(stored.map((alert) => [nameOf(alert), alert]));
  const current = new Map(conditions.map((condition) => [nameOf(condition), condition]));
  const stepped = [...current.values()].map((condition) =>
    continued(before.get(nameOf(condition)), condition, now, repeatMs),
  );
  const over = stored.filter((alert) => alert.firing && !current.has(nameOf(alert)));
  return {
    alerts: stepped.map(({ alert }) => alert),
    told: [
      ...stepped.filter(({ isTold }) => isTold).map(({ alert }) => deliveryOf(alert, "firing")),
      ...over.map((alert) => deliveryOf({ ...alert, message: overMessage(alert, now) }, "resolved")),
    ],
  };
}

function continued(
  before: StoredAlert | undefined,
  condition: Condition,
  now: number,
  repeatMs: number,
): { readonly alert: StoredAlert; readonly isTold: boolean } {
  const { kind, subject, stage, message, graceMs, repeats } = condition;
  // An instant that lies ahead is from before the clock was set back.
  const since = Math.min(before?.since ?? now, now);
  const firing = before?.firing === true || now - since >= graceMs;
  const toldAt = before?.toldAt ?? null;
  const isTold =
    firing && (toldAt === null || before?.stage !== stage || (repeats && Math.abs(now - toldAt) >= repeatMs));
  const alert = { kind, subject, stage, message, since, firing, toldAt: isTold ? now : toldAt };
  return { alert, isTold };
}

function deliveryOf({ kind, subject, message, since }: StoredAlert, state: Delivery["state"]): Delivery {
  return { kind, subject, state, message, since };
}

function nameOf({ kind, subject }: { readonly kind: string; readonly subject: string }): string {
  return JSON.stringify([kind, subject]);
}
