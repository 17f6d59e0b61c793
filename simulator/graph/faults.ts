import { retryAfterHeader } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { RetryAfterForm } from "./switches.ts";

/** What goes wrong. `status`, `html` and `redirect` replace the answer, `delay` holds it back; the rest spoil it. */
export type FaultEffect =
  | {
      readonly kind: "status";
      readonly status: number;
      /** A JSON value, or text as it stands. */
      readonly body?: unknown;
      readonly retryAfter?: RetryAfterForm;
      readonly retryAfterSeconds?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "html"; readonly status?: number }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: number }
  | { readonly kind: "delay"; readonly ms: number }
  /** The connection is reset before any answer, or in the middle of the body. */
  | { readonly kind: "reset"; readonly at: "headers" | "body" }
  /** A complete answer whose JSON ends half way. */
  | { readonly kind: "truncate" }
  | { readonly kind: "content-type"; readonly value: string }
  /** The body in ten pieces, with a pause before each. */
  | { readonly kind: "slow"; readonly pauseMs: number };

/** Which requests a fault meets, and how often. */
export type FaultRule = {
  readonly server?: "login" | "graph";
  readonly method?: string;
  /** Regular expression, tried on path and query as sent, case-insensitive. */
  readonly path?: string;
  /** The first matching request that is hit, from 1. */
  readonly nth?: number;
  /** How many are hit; without it all from there on. */
  readonly times?: number;
  readonly effect: FaultEffect;
};

export type FaultSubject = {
  readonly server: "login" | "graph";
  readonly method: string;
  readonly url: string;
};

type ActiveRule = {
  readonly id: number;
  readonly rule: FaultRule;
  readonly path: RegExp;
  seen: number;
  hits: number;
};

/** The faults that lie in wait. The first rule that hits decides. */
export class Faults {
  #rules: ActiveRule[] = [];
  #lastId = 0;

  /** Adds a rule and returns its id. @throws SyntaxError for a broken expression */
  add(rule: FaultRule): number {
    this.#lastId += 1;
    this.#rules.push({ id: this.#lastId, rule, path: new RegExp(rule.path ?? "", "i"), seen: 0, hits: 0 });
    return this.#lastId;
  }

  /** Removes one rule, or all. */
  remove(id?: number): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((active) => active.id !== id);
  }

  /** How often each rule hit, by id. */
  hits(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#rules.map(({ id, hits }) => [String(id), hits]));
  }

  /** The effect for a request, or null. Every rule that matches counts it as seen. */
  strike(subject: FaultSubject): FaultEffect | null {
    let effect: FaultEffect | null = null;
    for (const active of this.#rules) {
      if (!matches(active, subject)) continue;
      active.seen += 1;
      const past = active.seen - (active.rule.nth ?? 1);
      if (effect !== null || past < 0 || active.hits >= (active.rule.times ?? Number.POSITIVE_INFINITY))
        continue;
      active.hits += 1;
      effect = active.rule.effect;
    }
    return effect;
  }
}

function matches({ rule, path }: ActiveRule, subject: FaultSubject): boolean {
  if (rule.server !== undefined && rule.server !== subject.server) return false;
  if (rule.method !== undefined && rule.method.toUpperCase() !== subject.method) return false;
  return path.test(subject.url);
}

/** The answer that an effect puts in place of the real one; null if the request is to be handled as usual. */
export function replacement(effect: FaultEffect, now: number): Reply | null {
  switch (effect.kind) {
    case "status": {
      const retry =
        effect.retryAfter === undefined
          ? {}
          : retryAfterHeader(effect.retryAfter, effect.retryAfterSeconds ?? 1, now);
      return {
        status: effect.status,
        headers: {
          "content-type": typeof effect.body === "string" ? "text/plain" : "application/json",
          ...retry,
          ...effect.headers,
        },
        body: typeof effect.body === "string" ? effect.body : (JSON.stringify(effect.body) ?? ""),
      };
    }
    case "html":
      return {
        status: effect.status ?? 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>\n",
      };
    case "redirect":
      return { status: effect.status ?? 302, headers: { location: effect.location }, body: "" };
    case "delay":
    case "reset":
    case "truncate":
    case "content-type":
    case "slow":
      return null;
    default:
      throw new Error(`"${String(effect satisfies never)}" is not a fault.`);
  }
}

/** The answer after an effect that spoils it but lets it go out whole. */
export function spoil(effect: FaultEffect | null, reply: Reply): Reply {
  if (effect?.kind === "truncate") return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
  if (effect?.kind === "content-type") {
    return { ...reply, headers: { ...reply.headers, "content-type": effect.value } };
  }
  return reply;
}
