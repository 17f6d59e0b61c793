import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import { mayBeOneObject } from "../target/read-each.ts";

/** One object as it stands there. */
export type Looked =
  | { readonly kind: "there"; readonly object: StoredObject }
  | { readonly kind: "absent" }
  /** The server cannot give this one: whatever was to be done with it waits. */
  | { readonly kind: "postponed"; readonly reason: string };

/**
 * Reads one object.
 *
 * @throws RemoteError where it is about more than this object.
 */
export async function readOne(
  collection: TargetCollection,
  name: string,
  signal: AbortSignal,
): Promise<Looked> {
  try {
    for await (const batch of collection.read([name], signal)) {
      const object = batch.find((it) => it.name === name);
      if (object !== undefined) return { kind: "there", object };
    }
    return { kind: "absent" };
  } catch (error) {
    if (!mayBeOneObject(error)) throw error;
    return { kind: "postponed", reason: `what stands there cannot be read: ${error.message}` };
  }
}
