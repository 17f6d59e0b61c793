import type { ConfigInput } from "./schema.ts";

/** A value of which any part may be missing because it was wrong and has been reported. */
export type Draft<T> = T extends readonly (infer E)[]
  ? readonly (Draft<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> | undefined }
    : T;

/**
 * The file's content after the schema had its say: every value that is left has the shape that the
 * schema asks for. So that one mistake does not hide the next, the checks of meaning work on this.
 */
export type ConfigDraft = Draft<ConfigInput>;

export type SourceDraft = NonNullable<NonNullable<ConfigDraft["sources"]>[number]>;
