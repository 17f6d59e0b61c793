/** The one way to the network. Redirects are never followed: a 3xx is an answer like any other. */
export interface Transport extends AsyncDisposable {
  /**
   * Sends one request and reads the whole answer.
   *
   * @throws RemoteError `transient` (connection, TLS reset, time-out, truncated body), `protocol`
   *   (certificate refused, body over `maxBytes` after decompression) or `aborted`. Never throws for a status.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export type HttpRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
};

export type HttpResponse = {
  readonly status: number;
  /** Names in lower case; repeated headers joined by ", ", `set-cookie` by "\n". */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** The body decoded as UTF-8. */
  readonly text: string;
};

export type TransportOptions = {
  /** PEM text of additional certificate authorities. */
  readonly ca?: string | undefined;
  readonly connectTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  /** Longest silence inside a body. */
  readonly idleTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  /** Cap on the decoded body. */
  readonly maxBytes?: number;
};
