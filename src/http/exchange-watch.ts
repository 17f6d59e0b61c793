import { RemoteError } from "./remote-error.ts";
import type { HttpRequest, TransportOptions } from "./transport.ts";

export type WatchContext = {
  readonly limits: Required<Omit<TransportOptions, "ca" | "maxBytes">>;
  /** Ends whatever is under way when the transport is disposed of. */
  readonly lifetime: AbortSignal;
  readonly attempted: string;
};

type Phase = "connect" | "headers" | "body";

/** Watches one exchange: the caller's signal, the transport's lifetime and the four time-outs. */
export class ExchangeWatch implements Disposable {
  readonly #stop = new AbortController();
  readonly #limits: WatchContext["limits"];
  readonly #attempted: string;
  readonly #sources: readonly AbortSignal[];
  readonly #total: NodeJS.Timeout;
  #phase: NodeJS.Timeout | undefined;

  constructor(request: HttpRequest, { limits, lifetime, attempted }: WatchContext) {
    this.#limits = limits;
    this.#attempted = attempted;
    this.#sources = request.signal === undefined ? [lifetime] : [lifetime, request.signal];
    for (const source of this.#sources) source.addEventListener("abort", this.#abort);
    this.#total = this.#timer(limits.totalTimeoutMs, "the whole exchange took longer than");
    this.enter("connect");
    if (this.#sources.some((source) => source.aborted)) this.#abort();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  enter(phase: Phase): void {
    clearTimeout(this.#phase);
    switch (phase) {
      case "connect":
        this.#phase = this.#timer(this.#limits.connectTimeoutMs, "no connection within");
        break;
      case "headers":
        this.#phase = this.#timer(this.#limits.headersTimeoutMs, "no answer within");
        break;
      case "body":
        this.#phase = this.#timer(this.#limits.idleTimeoutMs, "the body stalled for");
        break;
      default:
        phase satisfies never;
    }
  }

  throwIfStopped(): void {
    this.#stop.signal.throwIfAborted();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#phase);
    clearTimeout(this.#total);
    for (const source of this.#sources) source.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => {
    const cause: unknown = this.#sources.find((source) => source.aborted)?.reason;
    this.#stop.abort(new RemoteError("aborted", `${this.#attempted}: cancelled`, { cause }));
  };

  #timer(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      const message = `${this.#attempted}: timed out, ${what} ${ms / 1000} s`;
      this.#stop.abort(new RemoteError("transient", message, { code: "ETIMEDOUT" }));
    }, ms);
  }
}
