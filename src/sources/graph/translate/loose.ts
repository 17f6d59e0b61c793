/** The text that stands there; empty for anything but a string. Graph's answers are not validated. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A word of one of Graph's enumerations, in lower case: servers differ in how they write them. */
export function wordOf(value: unknown): string {
  return textOf(value).toLowerCase();
}

/** The objects of a list, without what is none; empty for what is no list. */
export function objectsOf<T extends object>(list: readonly (T | null)[] | null | undefined): readonly T[] {
  return Array.isArray(list)
    ? list.filter((item): item is T => typeof item === "object" && item !== null)
    : [];
}
