import type { FSWatcher } from "node:fs";
import { watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Config } from "./config.ts";
import type { FilesSeen } from "./file-reader.ts";
import type { Variables } from "./interpolate.ts";
import type { LoadResult } from "./load.ts";
import { loadConfig } from "./load.ts";
import type { Problem } from "./problem.ts";

/** Called one at a time, never after disposal. */
export type ConfigHandlers = {
  /** The file or one that it names has changed, and all is well. */
  onValid(config: Config, warnings: readonly Problem[]): void;
  /** It has changed and cannot be used: stay with the last good configuration. */
  onInvalid(problems: readonly Problem[]): void;
  /** Changes of a folder are no longer noticed (`reload` still works), or a handler threw. */
  onFailed(error: Error): void;
};

export type WatchOptions = {
  /** What was loaded before: only something else is reported. Without it the first reading is reported too. */
  readonly since?: FilesSeen;
  /** Quiet time after the last change before the files are read, in milliseconds. */
  readonly debounceMs?: number;
  /** Runs something later; returns how to call it off. */
  readonly delay?: (run: () => void, ms: number) => () => void;
};

export interface ConfigWatcher extends AsyncDisposable {
  /** Reads everything now (SIGHUP) and calls a handler if anything changed. */
  reload(): Promise<{ readonly changed: boolean; readonly result: LoadResult }>;
}

/**
 * Notices edits of the configuration file and of the files that it names.
 *
 * Folders are watched, not files: editors and secret mounts put a new file in the old one's place.
 *
 * @throws where the folder of the configuration file cannot be watched
 */
export function watchConfig(
  path: string,
  variables: Variables,
  handlers: ConfigHandlers,
  options: WatchOptions = {},
): ConfigWatcher {
  const { debounceMs = 300, delay = delayByTimer } = options;
  const file = resolve(path);
  const folders = new Map<string, FSWatcher>();
  let seen: FilesSeen = options.since ?? { paths: [file], fingerprint: "" };
  let cancel: (() => void) | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let disposed = false;

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  }

  async function read(): Promise<{ changed: boolean; result: LoadResult }> {
    const result = await loadConfig(file, variables);
    const changed = result.files.fingerprint !== seen.fingerprint;
    if (disposed) return { changed, result };
    seen = result.files;
    followFolders();
    if (changed && result.kind === "ok") handlers.onValid(result.config, result.warnings);
    if (changed && result.kind === "invalid") handlers.onInvalid(result.problems);
    return { changed, result };
  }

  function readSoon(): void {
    cancel?.();
    cancel = delay(() => {
      cancel = undefined;
      enqueue(read).catch(fail);
    }, debounceMs);
  }

  function fail(error: unknown): void {
    if (!disposed) handlers.onFailed(error instanceof Error ? error : new Error(String(error)));
  }

  function follow(folder: string): void {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || isOurs(folder, name)) readSoon();
    });
    watcher.on("error", (error) => {
      watcher.close();
      folders.delete(folder);
      fail(error);
    });
    folders.set(folder, watcher);
  }

  function isOurs(folder: string, name: string): boolean {
    // Kubernetes mounts swap a link named ..data, not the files.
    return name === "..data" || seen.paths.some((one) => dirname(one) === folder && basename(one) === name);
  }

  function followFolders(): void {
    const wanted = new Set([file, ...seen.paths].map((one) => dirname(one)));
    for (const [folder, watcher] of folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      folders.delete(folder);
    }
    for (const folder of wanted) {
      if (folders.has(folder)) continue;
      try {
        follow(folder);
        // Whatever changed between the reading and this moment has raised no event.
        readSoon();
      } catch (error) {
        // The folder of a secret that does not exist (yet) is among the problems already.
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) fail(error);
      }
    }
  }

  follow(dirname(file));
  followFolders();
  readSoon();

  return {
    reload: () => enqueue(read),
    async [Symbol.asyncDispose]() {
      disposed = true;
      cancel?.();
      for (const watcher of folders.values()) watcher.close();
      await queue;
    },
  };
}

function delayByTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
