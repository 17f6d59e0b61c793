const windowMs = 600_000;

export type EndpointState = "good" | "slow" | "drop";

/**
 * How the endpoints, by host, have answered in the last ten minutes. With more than 10 % slow answers an
 * endpoint gets its notifications late, with more than 15 % none at all until they are forgotten.
 */
export class EndpointHealth {
  readonly #answers = new Map<string, { readonly at: number; readonly isSlow: boolean }[]>();

  note(url: string, now: number, isSlow: boolean): void {
    const { host } = new URL(url);
    this.#answers.set(host, [...this.#recent(host, now), { at: now, isSlow }]);
  }

  state(url: string, now: number): EndpointState {
    const { host } = new URL(url);
    const recent = this.#recent(host, now);
    const slow = recent.filter(({ isSlow }) => isSlow).length;
    if (slow > recent.length * 0.15) return "drop";
    return slow > recent.length * 0.1 ? "slow" : "good";
  }

  #recent(host: string, now: number): readonly { readonly at: number; readonly isSlow: boolean }[] {
    return (this.#answers.get(host) ?? []).filter(({ at }) => at > now - windowMs);
  }
}
