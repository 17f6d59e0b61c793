import { type DateValue, dayMs } from "./date-value.ts";
import type { Zone } from "./zones.ts";

/** Name of an instance (see TranslatedEvent): an ISO instant in UTC, or `yyyy-mm-dd` for whole days. */
export function instanceName(original: DateValue, zone: Zone): string {
  return original.form === "date"
    ? new Date(original.wall).toISOString().slice(0, 10)
    : new Date(zone.toInstant(original.wall)).toISOString();
}

/**
 * Name of the instance on a day (`yyyy-mm-dd`) of which nothing but the day is known: the time of day is
 * taken from where the copy stands now.
 */
export function instanceOnDay(day: string, start: DateValue, zone: Zone): string {
  const timeOfDay = start.wall - Math.floor(start.wall / dayMs) * dayMs;
  return instanceName({ ...start, wall: Date.parse(`${day}T00:00:00Z`) + timeOfDay }, zone);
}
