/** Epoch milliseconds as they are written to a timestamp column. */
export function toColumn(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** A timestamp column as an ISO 8601 instant in UTC, or null. */
export function fromColumn(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
