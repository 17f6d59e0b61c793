/** One request as it was answered. The newest are kept, for tests that ask what was sent. */
export type LoggedRequest = {
  readonly at: number;
  readonly server: "login" | "graph";
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly route: string;
  readonly prefer: string | null;
  readonly status: number;
  readonly requestId: string;
};

/** Mail that Exchange would have sent because of a write, had it allowed it. */
export type WouldBeMail = {
  readonly at: number;
  readonly mailbox: string;
  readonly method: string;
  readonly url: string;
  readonly recipients: readonly string[];
};

export type CounterReport = {
  /** Answers by `METHOD route`, placeholders in braces. */
  readonly requests: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Highest number of requests under way at once, by `clientId mailbox`. */
  readonly concurrency: Readonly<Record<string, number>>;
  readonly tokensIssued: number;
  /** Requests that would have changed something. */
  readonly writes: number;
  readonly mail: readonly WouldBeMail[];
};

const requestsKept = 5000;

/** What happened at a simulator since it started or was reset. */
export class Counters {
  #requests = new Map<string, number>();
  #statuses = new Map<string, number>();
  #concurrency = new Map<string, number>();
  #tokensIssued = 0;
  #writes = 0;
  #mail: WouldBeMail[] = [];
  #log: LoggedRequest[] = [];

  countRequest(request: LoggedRequest): void {
    add(this.#requests, `${request.method} ${request.route}`);
    add(this.#statuses, String(request.status));
    this.#log.push(request);
    if (this.#log.length > requestsKept) this.#log.shift();
  }

  countConcurrency(key: string, underWay: number): void {
    this.#concurrency.set(key, Math.max(underWay, this.#concurrency.get(key) ?? 0));
  }

  countToken(): void {
    this.#tokensIssued += 1;
  }

  countWrite(mail: WouldBeMail | null): void {
    this.#writes += 1;
    if (mail !== null) this.#mail.push(mail);
  }

  report(): CounterReport {
    return {
      requests: Object.fromEntries(this.#requests),
      statuses: Object.fromEntries(this.#statuses),
      concurrency: Object.fromEntries(this.#concurrency),
      tokensIssued: this.#tokensIssued,
      writes: this.#writes,
      mail: [...this.#mail],
    };
  }

  log(): readonly LoggedRequest[] {
    return [...this.#log];
  }

  reset(): void {
    this.#requests.clear();
    this.#statuses.clear();
    this.#concurrency.clear();
    this.#tokensIssued = 0;
    this.#writes = 0;
    this.#mail = [];
    this.#log = [];
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
