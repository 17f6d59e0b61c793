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

/** A time span such as `36h`; its value is checked after the environment was filled in. */
export function timeSpan(description: string, fallback?: string) {
  return z
    .string()
    .optional()
    .meta({
      description,
      ...(fallback === undefined ? {} : { default: fallback }),
      pattern: String.raw`^([1-9][0-9]*[mhdw]|.*\$\{.*)$`,
    });
}

function count(description: string, fallback: number | undefined) {
  return z
    .int()
    .min(0)
    .optional()
    .meta({ description, ...(fallback === undefined ? {} : { default: fallback }) });
}

function share(description: string, fallback: string | undefined) {
  return z
    .string()
    .optional()
    .meta({
      description,
      ...(fallback === undefined ? {} : { default: fallback }),
      pattern: String.raw`^([0-9]{1,3}(\.[0-9]+)?%|.*\$\{.*)$`,
    });
}

/** What the guard lets pass; the top level shows its defaults to editors, a source has none of its own. */
export function guardLimits(description: string, shown: Partial<typeof defaults.guard>) {
  return z
    .strictObject({
      removals: count("Up to this many removals in one plan are never held.", shown.removals),
      removal_share: share(
        "More removals than that are held if they are more than this share of the source's events.",
        shown.removal_share,
      ),
      emptying: count("Removing all events of a source is held if they are more than this.", shown.emptying),
      rewrites: count("Up to this many rewrites in one plan are never held.", shown.rewrites),
      rewrite_share: share(
        "More rewrites than that are held if they are more than this share of the source's events.",
        shown.rewrite_share,
      ),
    })
    .optional()
    .meta({ description });
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
