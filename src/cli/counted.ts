/** A number with its noun: `1 calendar`, `2 calendars`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
