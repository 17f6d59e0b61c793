/** Something that is closed when it has been replaced and the last work that uses it has ended. */
export type InUse = AsyncDisposable & {
  /** To be disposed of when the work that uses it has ended. */
  readonly borrow: () => Disposable;
  /** Nothing more will begin with it. Resolves when it is closed; rejects with what closing it has thrown. */
  readonly retire: () => Promise<void>;
};

/** @param close called once: when it is retired and unused, or when it is disposed of, whoever uses it then */
export function closeWhenUnused(close: () => Promise<void>): InUse {
  let users = 0;
  let isRetired = false;
  let closed: Promise<void> | undefined;
  const unused = Promise.withResolvers<void>();
  const closeOnce = (): Promise<void> => (closed ??= close());
  const look = (): void => {
    if (isRetired && users === 0) unused.resolve();
  };
  return {
    borrow() {
      users += 1;
      return {
        [Symbol.dispose]() {
          users -= 1;
          look();
        },
      };
    },
    retire() {
      isRetired = true;
      look();
      return unused.promise.then(closeOnce);
    },
    [Symbol.asyncDispose]: closeOnce,
  };
}
