import {
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type RootOperationNode,
  type QueryResult,
  type UnknownRow,
} from "kysely";
import { RemoteError, type RemoteErrorKind } from "../../../src/http/remote-error.ts";

/** The process is gone: nothing of it runs any more, no `finally`, no query. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** `late` faults strike after the other side has done its part: the answer is lost. */
export type Fault = "none" | RemoteErrorKind | "late" | "kill" | "late kill" | "item";

const own: readonly Fault[] = ["none", "late", "kill", "late kill", "item"];

function isRemote(fault: Fault): fault is RemoteErrorKind {
  return !own.includes(fault);
}

/** What goes wrong call by call, on either side; nothing once a list is at its end. */
export type Script = { readonly source?: readonly Fault[]; readonly sink?: readonly Fault[] };

/** Where a process can be stopped: before the step, or after it was carried out and its answer lost. */
export type Point = {
  readonly kind: "source" | "sink" | "sink answered" | "query" | "query answered" | "commit" | "committed";
  readonly what: string;
};

/** The troubles of one process, and its death. */
export class Faults {
  readonly #left: { readonly source: Fault[]; readonly sink: Fault[] };
  #queriesLeft: number;
  #dead = false;
  readonly #stopsAt: (point: Point) => boolean;
  readonly #controller = new AbortController();

  constructor(
    script: Script,
    queriesUntilKilled = Number.POSITIVE_INFINITY,
    stopsAt: (point: Point) => boolean = () => false,
  ) {
    this.#stopsAt = stopsAt;
    this.#left = { source: [...(script.source ?? [])], sink: [...(script.sink ?? [])] };
    this.#queriesLeft = queriesUntilKilled;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A call to the outside: throws what goes wrong before it, returns what goes wrong with it. */
  call(side: "source" | "sink", what: string): { readonly late: () => void; readonly item: boolean } {
    this.reach({ kind: side, what });
    if (this.signal.aborted) throw new RemoteError("aborted", `${what}: stopped`);
    const fault = this.#left[side].shift() ?? "none";
    if (fault === "kill") this.#die();
    if (fault === "aborted") this.#controller.abort();
    if (isRemote(fault)) throw new RemoteError(fault, `${what}: ${fault}`);
    return { item: fault === "item", late: () => this.#strikeLate(side, fault, what) };
  }

  /** The process comes to this point, and may end here. */
  reach(point: Point): void {
    this.live();
    if (this.#stopsAt(point)) this.#die();
  }

  #strikeLate(side: "source" | "sink", fault: Fault, what: string): void {
    if (side === "sink") this.reach({ kind: "sink answered", what });
    if (fault === "late") throw new RemoteError("transient", `${what}: the answer was lost`);
    if (fault === "late kill") this.#die();
  }

  query(): void {
    this.live();
    this.#queriesLeft -= 1;
    if (this.#queriesLeft < 0) this.#die();
  }

  live(): void {
    if (this.#dead) throw new Killed();
  }

  #die(): never {
    this.#dead = true;
    throw new Killed();
  }
}

/** Counts queries and refuses them once the process is dead; an open transaction is rolled back. */
export class MortalPlugin implements KyselyPlugin {
  readonly #faults: () => Faults;

  constructor(faults: () => Faults) {
    this.#faults = faults;
  }

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    this.#faults().query();
    return args.node;
  }

  transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(args.result);
  }
}
