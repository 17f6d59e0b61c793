/** What goes wrong with a request. `applied` faults let the server do its work first and then lose the answer. */
export type FaultEffect =
  /** `retryAfter` is sent as it stands: seconds, an HTTP date, or nonsense. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfter?: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "reset"; readonly when: "before-headers" | "mid-body"; readonly applied: boolean }
  /** A whole HTTP answer whose body ends after this share of its bytes. */
  | { readonly kind: "truncate"; readonly keep: number }
  /** 200 with a page of HTML, as captive portals and half-installed servers send. */
  | { readonly kind: "html" }
  | { readonly kind: "redirect"; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
  | { readonly kind: "empty-multistatus" }
  /** A multiget answers 404 for the members whose href contains this text. */
  | { readonly kind: "multiget-404"; readonly href: string }
  | { readonly kind: "slow-body"; readonly chunkBytes: number; readonly intervalMs: number }
  | { readonly kind: "content-type"; readonly value: string };

/** Which requests a fault strikes. Patterns are regular expressions, unanchored; absent ones match everything. */
export type FaultSpec = {
  readonly method?: string;
  readonly path?: string;
  readonly report?: string;
  readonly host?: string;
  /** Strike from the n-th matching request on (1 is the first, the default). */
  readonly nth?: number;
  /** How many requests to strike; default 1, null for all. */
  readonly times?: number | null;
  readonly effect: FaultEffect;
};

/** A fault that was set, and how often it matched and struck. */
type Fault = FaultSpec & { readonly id: number; seen: number; struck: number };

/** The faults of one simulator. */
export type FaultBoard = { readonly faults: Fault[]; nextId: number };

/** No faults. */
export function emptyFaultBoard(): FaultBoard {
  return { faults: [], nextId: 1 };
}

/** Sets a fault and returns its id. */
export function addFault(board: FaultBoard, spec: FaultSpec): number {
  const id = board.nextId;
  board.nextId += 1;
  board.faults.push({ ...spec, id, seen: 0, struck: 0 });
  return id;
}

/** What a fault's patterns are held against. */
type Struck = {
  readonly method: string;
  readonly path: string;
  readonly report: string | null;
  readonly host: string;
};

/** The effect that strikes this request, if any; the fault set first wins, all that match count. */
export function strike(board: FaultBoard, request: Struck): FaultEffect | undefined {
  let effect: FaultEffect | undefined;
  for (const fault of board.faults) {
    if (!matches(fault, request)) continue;
    fault.seen += 1;
    const left = fault.times === null || fault.struck < (fault.times ?? 1);
    if (effect || !left || fault.seen < (fault.nth ?? 1)) continue;
    fault.struck += 1;
    effect = fault.effect;
  }
  return effect;
}

function matches(fault: FaultSpec, request: Struck): boolean {
  return (
    fits(fault.method, request.method) &&
    fits(fault.path, request.path) &&
    fits(fault.report, request.report ?? "") &&
    fits(fault.host, request.host)
  );
}

function fits(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || new RegExp(pattern).test(value);
}
