import type { Clock } from "../clock.ts";
import type { Delivery } from "./delivery-log.ts";
import { DeliveryLog } from "./delivery-log.ts";
import { EndpointHealth } from "./endpoint-health.ts";
import type { NotificationSwitches } from "./notification-switches.ts";
import type { Subscription } from "./subscription.ts";
import type { WebhookAnswer, WebhookClient } from "./webhook-client.ts";

const slowDelayMs = 10_000;
const firstRetryMs = 10_000;
const retryMsMax = 1_800_000;
const retriedForMs = 14_400_000;
/** How often a clock that is not ours is looked at. */
const lookMs = 100;

/** One element of a delivery's `value`, and the subscription that it is for. */
export type Notification = { readonly subscription: Subscription; readonly body: Record<string, unknown> };

export type Parcel = {
  readonly kind: "notifications" | "lifecycle";
  readonly url: string;
  readonly notifications: readonly Notification[];
};

type Waiting = Parcel & { readonly due: number; readonly attempt: number; readonly first: number | null };

/** A delivery to come: its attempt, and when that is due (ISO 8601). */
export type WaitingDelivery = Pick<Delivery, "kind" | "url" | "subscriptions" | "attempt"> & {
  readonly due: string;
};

type OutboxContext = {
  readonly clock: Clock;
  readonly webhooks: WebhookClient;
  readonly switches: () => NotificationSwitches;
  /** Whether a notification may still be sent: nothing is, once its subscription has ended. */
  readonly isWanted: (kind: Parcel["kind"], notification: Notification) => boolean;
};

/** What is to be sent to endpoints, and when; everything by the simulator's clock. */
export class Outbox {
  readonly log = new DeliveryLog();
  readonly health = new EndpointHealth();
  readonly #context: OutboxContext;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(context: OutboxContext) {
    this.#context = context;
  }

  /** Accepts a parcel; one for an endpoint that is being dropped is lost. */
  add(parcel: Parcel, delayMs: number): void {
    const now = this.#context.clock.now();
    const state = this.health.state(parcel.url, now);
    if (state === "drop") return;
    const { notificationBatchMs: batchMs } = this.#context.switches();
    const ready = now + delayMs + (state === "slow" ? slowDelayMs : 0);
    const isBatched = batchMs > 0 && parcel.kind === "notifications";
    const due = isBatched ? (Math.floor(ready / batchMs) + 1) * batchMs : ready;
    this.#waiting.push({ ...parcel, due, attempt: 1, first: null });
    // Not at once: all that one operation changes is to be under way together.
    this.#wakeIn(0);
  }

  waiting(): readonly WaitingDelivery[] {
    return this.#waiting.map(({ kind, url, notifications, attempt, due }) => ({
      kind,
      url,
      subscriptions: idsOf(notifications),
      attempt,
      due: isoOf(due),
    }));
  }

  /** Sends what is due; called whenever the clock was moved. */
  wake(): void {
    if (this.#isClosed) return;
    const now = this.#context.clock.now();
    const due = this.#waiting.filter((each) => each.due <= now);
    this.#waiting = this.#waiting.filter((each) => each.due > now);
    const isBatching = this.#context.switches().notificationBatchMs > 0;
    for (const each of isBatching ? batch(due) : due) void this.#deliver(each);
    const next = Math.min(...this.#waiting.map((each) => each.due));
    if (next !== Number.POSITIVE_INFINITY) this.#wakeIn(Math.min(next - now, lookMs));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => this.wake(), ms).unref();
  }

  async #deliver({ kind, url, notifications: all, attempt, first }: Waiting): Promise<void> {
    const { clock, webhooks, switches, isWanted } = this.#context;
    const notifications = all.filter((notification) => isWanted(kind, notification));
    if (notifications.length === 0) return;
    const sent = clock.now();
    const body = { value: notifications.map((notification) => notification.body) };
    const { deliveryTimeoutMs, slowResponseMs } = switches();
    const answer = await webhooks.post({
      url,
      contentType: "application/json; charset=utf-8",
      body: JSON.stringify(body),
      timeoutMs: Math.max(deliveryTimeoutMs, slowResponseMs),
    });
    if (this.#isClosed) return;
    const now = clock.now();
    this.health.note(url, now, answer.durationMs > slowResponseMs || answer.kind === "timeout");
    const retryAt = isTaken(answer, deliveryTimeoutMs) ? null : retryTime(now, attempt, first ?? sent);
    if (retryAt !== null) {
      this.#waiting.push({
        kind,
        url,
        notifications,
        due: retryAt,
        attempt: attempt + 1,
        first: first ?? sent,
      });
      this.#wakeIn(0);
    }
    this.log.record({
      kind,
      url,
      at: isoOf(sent),
      attempt,
      subscriptions: idsOf(notifications),
      body,
      ...outcomeOf(answer),
      retryAt: retryAt === null ? null : isoOf(retryAt),
    });
  }
}

/** The part of a delivery's record that its answer decides. */
export function outcomeOf(answer: WebhookAnswer): Pick<Delivery, "status" | "error" | "durationMs"> {
  const { durationMs } = answer;
  switch (answer.kind) {
    case "answer":
      return { status: answer.status, error: null, durationMs };
    case "timeout":
      return { status: null, error: "timeout", durationMs };
    case "failure":
      return { status: null, error: answer.reason, durationMs };
    default:
      throw new Error(`"${JSON.stringify(answer satisfies never)}" is not an answer.`);
  }
}

function isTaken(answer: WebhookAnswer, timeoutMs: number): boolean {
  if (answer.kind !== "answer" || answer.durationMs > timeoutMs) return false;
  return answer.status >= 200 && answer.status < 300;
}

/** When to try again; null once four hours are over. */
function retryTime(now: number, attempt: number, first: number): number | null {
  const at = now + Math.min(firstRetryMs * 2 ** (attempt - 1), retryMsMax);
  return at - first > retriedForMs ? null : at;
}

/** First attempts of one cloud for the same URL in one parcel. */
function batch(due: readonly Waiting[]): readonly Waiting[] {
  const groups = Map.groupBy(due, ({ kind, url, attempt, notifications }) => {
    const cloud = notifications[0]?.subscription.tenant.cloud.name;
    return kind === "notifications" && attempt === 1 ? `${cloud} ${url}` : {};
  });
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({
      ...first,
      notifications: group.flatMap(({ notifications }) => notifications),
    })),
  );
}

function idsOf(notifications: readonly Notification[]): readonly string[] {
  return [...new Set(notifications.map(({ subscription }) => subscription.id))];
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
