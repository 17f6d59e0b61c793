/** The span we are authoritative for. ISO 8601 instants in UTC (`2026-01-01T00:00:00.000Z`); `until` is exclusive. */
export type Window = { readonly from: string; readonly until: string };
