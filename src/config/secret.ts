import { inspect } from "node:util";

/** A value that prints as `[secret]` wherever it is logged, inspected or serialised. */
export class Secret {
  readonly #value: string;
  /** Where it came from, safe to show: "BAIKAL_PASSWORD", "/run/secrets/baikal". */
  readonly origin: string;

  constructor(value: string, origin: string) {
    this.#value = value;
    this.origin = origin;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
