/**
 * Said of a target on which another process holds the lease. One that was killed cannot give it back: it runs out after a
 * minute.
 */
export function busyText(target: string): string {
  return (
    `${target}: another process is at work on it, or was ended in the middle of it less than a minute ago; ` +
    "try again in a minute"
  );
}
