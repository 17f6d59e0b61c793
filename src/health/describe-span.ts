/** A span of milliseconds in words: `45 minutes`, `36 hours`, `3 days`. */
export function describeSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return counted(minutes, "minute");
  const hours = Math.round(minutes / 60);
  return hours < 49 ? counted(hours, "hour") : counted(Math.round(hours / 24), "day");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
