/** A credential that ends sooner than this is worth a warning. */
export const expiryWarningDays = 30;

/** Days from `now` until an instant, with fractions; negative when it has passed. */
export function daysUntil(instant: Date, now: Date): number {
  return (instant.getTime() - now.getTime()) / 86_400_000;
}
