const metadata = new WeakMap<object, Map<unknown, unknown>>();

function define(key: unknown, value: unknown, target: object): void {
  const entries = metadata.get(target) ?? new Map<unknown, unknown>();
  entries.set(key, value);
  metadata.set(target, entries);
}

function getOwn(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function get(key: unknown, target: object): unknown {
  if (metadata.get(target)?.has(key)) return getOwn(key, target);
  const parent: object | null = Object.getPrototypeOf(target);
  return parent === null ? undefined : get(key, parent);
}

/**
 * Provides the part of the Reflect metadata API that the dependency container under @peculiar/x509 asks
 * for when it is loaded. An existing implementation is left alone.
 */
export function provideReflectMetadata(): void {
  if ("getMetadata" in Reflect) return;
  Object.assign(Reflect, {
    defineMetadata: define,
    getMetadata: get,
    getOwnMetadata: getOwn,
    metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
  });
}
