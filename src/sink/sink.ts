/** The port to the CalDAV server that the phone reads. Never sends mail, never writes unconditionally. */
export interface Sink extends AsyncDisposable {
  /**
   * Finds the target's collection (by `boundHref`, else at a path made of the target's id) or makes it,
   * sets name and colour if they differ, and shares it with the phone principal if one is configured.
   *
   * @throws RemoteError when any step cannot be confirmed.
   */
  openTarget(target: TargetSpec, boundHref: string | null, signal: AbortSignal): Promise<TargetCollection>;

  /** The collection that was opened under this href before, without asking the server anything. */
  attachTarget(boundHref: string): TargetCollection;
}

export type TargetSpec = {
  /** The id in the configuration; used for the path of a new collection. */
  readonly id: string;
  /** The id that it had before: its collection may still stand at the path made of that one. */
  readonly was?: string | null;
  readonly name: string;
  /** `#RRGGBB`. */
  readonly color: string | null;
  /** Whether the phone may write to it. */
  readonly writable: boolean;
};

/** One collection of the sink. Object names are the last path segment, decoded (`abc.ics`). */
export interface TargetCollection {
  /** Decoded path of the collection, with a trailing slash. */
  readonly href: string;
  readonly created: boolean;
  /** What could not be set up but does not stop writing (sharing refused …), full sentences. */
  readonly warnings: readonly string[];
  /** Names and ETags of all objects: complete, or throws. */
  list(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Reads objects in batches; an object that is not there is not in the result.
   *
   * @throws RemoteError at the first object that the server cannot give, after what was read beside it.
   */
  read(names: readonly string[], signal: AbortSignal): AsyncIterable<readonly StoredObject[]>;
  /**
   * What changed since this answered last with `since` as its token; ours or others', it does not tell. One small request
   * where nothing did.
   *
   * @throws RemoteError
   */
  changes(since: string | null, signal: AbortSignal): Promise<SinkChanges>;
  /** `If-None-Match: *` */
  create(name: string, ics: string, signal: AbortSignal): Promise<WriteOutcome>;
  /** `If-Match: etag` */
  update(name: string, ics: string, etag: string, signal: AbortSignal): Promise<WriteOutcome>;
  /** `If-Match: etag` */
  remove(name: string, etag: string, signal: AbortSignal): Promise<RemoveOutcome>;
}

export type StoredObject = { readonly name: string; readonly etag: string; readonly ics: string };

/** `token` is for the next time; null where the server has nothing of the kind. */
export type SinkChanges =
  /** ETags by name of what was written (null: the server did not say), and the names of what was removed. */
  | {
      readonly kind: "changed";
      readonly etags: ReadonlyMap<string, string | null>;
      readonly removed: readonly string[];
      readonly token: string;
    }
  /** The collection is in an earlier state than it was: the server was restored from a backup. */
  | { readonly kind: "went back"; readonly token: string }
  /** The server does not know the token any more, or would not say: only a listing can tell. */
  | { readonly kind: "unknown"; readonly token: string }
  /** Only a listing can tell: it was never asked before, or the server keeps no track of changes. */
  | { readonly kind: "untracked"; readonly token: string | null };

export type WriteOutcome =
  /** `stored` is the body as the server keeps it, where it said (or it turned out) that it changed ours. */
  | { readonly kind: "written"; readonly etag: string; readonly stored: string | null }
  /** 412: the object is there (create) or was changed (update). */
  | { readonly kind: "precondition-failed" }
  /** 404 or 410 on update: the object is gone. */
  | { readonly kind: "missing" }
  /** The server will never take this body: 403, 409, 415, 500 on this object alone. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

export type RemoveOutcome =
  | { readonly kind: "removed" }
  | { readonly kind: "missing" }
  | { readonly kind: "precondition-failed" }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };
