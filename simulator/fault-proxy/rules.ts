import type { Fault, FaultRule, Subject } from "./fault.ts";

/** A rule that lies in wait. `hits` counts what really went wrong. */
export type ArmedRule = { readonly rule: FaultRule; seen: number; hits: number };

/** The faults that lie in wait; the first one that strikes decides. */
export class Rules {
  #armed: ArmedRule[] = [];

  add(rule: FaultRule): ArmedRule {
    const armed = { rule, seen: 0, hits: 0 };
    this.#armed.push(armed);
    return armed;
  }

  clear(): void {
    this.#armed = [];
  }

  /**
   * The rule that strikes a request, or null. Without `answer` only rules are asked that need not know it,
   * with it only the others, so that each request counts once.
   */
  strike(subject: Subject, answer: string | null): ArmedRule | null {
    for (const armed of this.#armed) {
      const { rule } = armed;
      if ((rule.answer === undefined) !== (answer === null)) continue;
      if (!matches(rule, subject) || rule.answer?.test(answer ?? "") === false) continue;
      armed.seen += 1;
      if (armed.seen >= (rule.nth ?? 1) && remaining(armed) > 0) return armed;
    }
    return null;
  }
}

/** How often a rule may still hit. */
export function remaining({ rule, hits }: ArmedRule): number {
  return (rule.times ?? Number.POSITIVE_INFINITY) - hits;
}

/** Whether a fault concerns connections rather than one request. */
export function isOfConnection(
  fault: Fault,
): fault is Extract<Fault, { kind: "refused" | "dropped" | "tls" }> {
  return fault.kind === "refused" || fault.kind === "dropped" || fault.kind === "tls";
}

function matches(rule: FaultRule, subject: Subject): boolean {
  if (rule.upstream !== undefined && rule.upstream !== subject.upstream) return false;
  if (rule.method?.test(subject.method) === false) return false;
  if (rule.url?.test(subject.url) === false) return false;
  if (rule.body?.test(subject.body) === false) return false;
  return Object.entries(rule.headers ?? {}).every(([name, pattern]) => {
    const value = subject.headers[name];
    return pattern.test(value === undefined ? "" : String(value));
  });
}
