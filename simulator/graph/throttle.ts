import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import { graphJson, retryAfterHeader } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { Switches } from "./switches.ts";

const periodMs = 600_000;

/** Admission: a release to call when the answer has gone out, or the refusal to send instead. */
export type Admission = { readonly release: () => void; readonly refusal: Reply | null };

/** Outlook's limits per app and mailbox: requests at a time and in ten minutes. Refused ones count too. */
export class Throttle {
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #underWay = new Map<string, number>();
  readonly #periods = new Map<string, { start: number; requests: number }>();

  constructor(clock: Clock, counters: Counters) {
    this.#clock = clock;
    this.#counters = counters;
  }

  admit(key: string, switches: Switches): Admission {
    const underWay = (this.#underWay.get(key) ?? 0) + 1;
    this.#underWay.set(key, underWay);
    this.#counters.countConcurrency(key, underWay);
    const release = (): void => {
      this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
    };
    const requests = this.#countInPeriod(key);
    if (underWay > switches.concurrencyMax)
      return { release, refusal: this.#refuse("MailboxConcurrency", switches) };
    if (requests > switches.requestsPerTenMinutesMax) {
      return { release, refusal: this.#refuse("RequestRate", switches) };
    }
    return { release, refusal: null };
  }

  #countInPeriod(key: string): number {
    const now = this.#clock.now();
    const known = this.#periods.get(key);
    const period = known === undefined || now - known.start >= periodMs ? { start: now, requests: 0 } : known;
    period.requests += 1;
    this.#periods.set(key, period);
    return period.requests;
  }

  #refuse(limit: string, switches: Switches): Reply {
    const error = { code: "ApplicationThrottled", message: `Application is over its ${limit} limit.` };
    return {
      status: switches.throttleStatus,
      headers: {
        "content-type": graphJson,
        ...retryAfterHeader(switches.retryAfter, switches.retryAfterSeconds, this.#clock.now()),
      },
      body: JSON.stringify({ error }),
    };
  }
}
