import * as z from "zod";
import { defaults } from "./defaults.ts";

/** Text that must not be empty. `example` is offered by editors. */
export function text(description: string, example?: string) {
  return z
    .string()
    .min(1)
    .meta({ description, ...(example === undefined ? {} : { examples: [example] }) });
}

/** A duration such as `90d`; its value is checked after the environment was filled in. */
export function duration(description: string, fallback: string) {
  return z
    .string()
    .optional()
    .meta({ description, default: fallback, pattern: String.raw`^([1-9][0-9]*[dwy]|.*\$\{.*)$` });
}

/** A cron expression of five fields in the configured time zone. */
export function cron(description: string, fallback: string) {
  return z.string().optional().meta({ description, default: fallback });
}

const idRule = "lower-case letters, digits, - and _, at most 63, beginning with a letter or digit";

/** An id that ends up in paths, reports and metrics. */
export const id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, { error: idRule });

/** How to log in to a CalDAV server. */
export const auth = z
  .enum(["auto", "basic", "digest"])
  .optional()
  .meta({ description: "How to log in. auto takes what the server asks for.", default: defaults.auth });

/** Certificate authorities beyond the system's. */
export const caFile = text(
  "PEM file of a private certificate authority that signed the server's certificate.",
).optional();

/** One half of a pair: see passwordFile. */
export const password = text(
  "The password, usually a reference to the environment.",
  "${PASSWORD}",
).optional();

/** The other half: exactly one of the two must be there, which the resolve files check. */
export const passwordFile = text(
  "File that holds the password, in place of password.",
  "/run/secrets/password",
).optional();

/** `all`, or names and ids. */
export const calendars = z
  .union([z.literal("all"), z.array(z.string().min(1)).min(1)])
  .optional()
  .meta({
    description: "Calendars to read: all, or a list of their names or ids.",
    default: defaults.calendars,
    examples: ["all", ["Calendar"]],
  });
