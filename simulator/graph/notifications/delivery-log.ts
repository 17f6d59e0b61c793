/** One request to an endpoint, and what came of it. */
export type Delivery = {
  /** Counts up from 1. */
  readonly number: number;
  readonly kind: "validation" | "notifications" | "lifecycle" | "forged";
  readonly url: string;
  /** When it was sent, by the simulator's clock (ISO 8601). */
  readonly at: string;
  /** From 1; retries count on. */
  readonly attempt: number;
  /** Ids of the subscriptions that it is for. */
  readonly subscriptions: readonly string[];
  /** As sent: the JSON value, or text. */
  readonly body: unknown;
  /** Null without an answer. */
  readonly status: number | null;
  /** Why there is no answer: `timeout`, or the connection's error. */
  readonly error: string | null;
  /** Real time. */
  readonly durationMs: number;
  /** When it is to be sent again, if at all. */
  readonly retryAt: string | null;
};

/** Which delivery is awaited: the first one, already made or not, that fits. */
export type AwaitedDelivery = {
  /** Only those with a higher number. */
  readonly after?: number;
  readonly kind?: Delivery["kind"];
  readonly subscription?: string;
  /** Real time, 5 s unless given. */
  readonly timeoutMs?: number;
};

const deliveriesKept = 5_000;

/** The newest deliveries, in the order in which they were answered. */
export class DeliveryLog {
  #deliveries: Delivery[] = [];
  #lastNumber = 0;
  readonly #waiting = new Set<(delivery: Delivery) => void>();

  record(delivery: Omit<Delivery, "number">): Delivery {
    this.#lastNumber += 1;
    const recorded = { number: this.#lastNumber, ...delivery };
    this.#deliveries.push(recorded);
    if (this.#deliveries.length > deliveriesKept) this.#deliveries.shift();
    for (const tell of this.#waiting) tell(recorded);
    return recorded;
  }

  list(): readonly Delivery[] {
    return [...this.#deliveries];
  }

  /** @throws Error when none came in time */
  next(wanted: AwaitedDelivery): Promise<Delivery> {
    const known = this.#deliveries.find((delivery) => fits(delivery, wanted));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const { timeoutMs = 5_000 } = wanted;
      const tell = (delivery: Delivery): void => {
        if (!fits(delivery, wanted)) return;
        this.#waiting.delete(tell);
        clearTimeout(timer);
        resolve(delivery);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(tell);
        reject(new Error(`No such delivery within ${timeoutMs} ms: ${JSON.stringify(wanted)}.`));
      }, timeoutMs);
      this.#waiting.add(tell);
    });
  }
}

function fits(delivery: Delivery, { after = 0, kind, subscription }: AwaitedDelivery): boolean {
  if (delivery.number <= after || (kind !== undefined && delivery.kind !== kind)) return false;
  return subscription === undefined || delivery.subscriptions.includes(subscription);
}
