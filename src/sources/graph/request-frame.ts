import type { Context, MiddlewareOptions } from "@microsoft/microsoft-graph-client";

/** Runs a task when one of a mailbox's few places is free. */
export type Permit = <T>(task: () => Promise<T>) => Promise<T>;

/** What travels beside a request through the Graph client. A class, because the client finds options by it. */
export class RequestFrame implements MiddlewareOptions {
  /** A next or delta link to be sent as it stands: the client would reorder its parameters. */
  readonly link: string | undefined;
  readonly attempted: string;
  readonly permit: Permit;
  readonly signal: AbortSignal;

  constructor(frame: {
    readonly link?: string | undefined;
    readonly attempted: string;
    readonly permit: Permit;
    readonly signal: AbortSignal;
  }) {
    this.link = frame.link;
    this.attempted = frame.attempted;
    this.permit = frame.permit;
    this.signal = frame.signal;
  }

  static of(context: Context): RequestFrame {
    const frame = context.middlewareControl?.getMiddlewareOptions(RequestFrame);
    if (!(frame instanceof RequestFrame)) throw new TypeError("a Graph request without its frame");
    return frame;
  }
}
