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

/**
 * Name of a further part of a series that had to be taken apart; it never meets the name of an instance. What it is
 * made of must not depend on the day.
 */
export function partName(within: string | null, name: string): string {
  return `${within ?? "part"} ${name}`;
}

/** True for such a name. */
export function isPartName(instance: string): boolean {
  return instance.startsWith("part ");
}
