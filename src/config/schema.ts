import * as z from "zod";
import { defaults } from "./defaults.ts";
import {
  auth,
  caFile,
  cron,
  duration,
  guardLimits,
  id,
  password,
  passwordFile,
  text,
  timeSpan,
} from "./schema-parts.ts";
import { sourceSchema } from "./schema-sources.ts";

const schedule = z
  .strictObject({
    pull: cron("How often the sources are asked what changed.", defaults.schedule.pull),
    audit: cron("When both ends are listed in full and compared.", defaults.schedule.audit),
    report: cron("When the report is made. Checked, but not used yet.", defaults.schedule.report),
  })
  .optional()
  .meta({ description: "Cron expressions of five fields, in the time zone above." });

const window = z
  .strictObject({
    past: duration("How far back events are kept current.", defaults.window.past),
    future: duration("How far ahead events are kept current.", defaults.window.future),
    rebase: duration("How often the window is moved on.", defaults.window.rebase),
  })
  .optional()
  .meta({ description: "The span that is kept current around today: 90d, 12w or 2y, 1825 days in all." });

const freshness = z
  .strictObject({
    pull: timeSpan("An account is stale when its last complete pull is older.", defaults.freshness.pull),
    audit: timeSpan(
      "An account or target is stale when its last balanced audit is older.",
      defaults.freshness.audit,
    ),
  })
  .optional()
  .meta({ description: "How old the last success may be: 30m, 2h, 1d." });

const journal = z
  .strictObject({
    keep: duration(
      "How long runs and what they did are kept; what is older is forgotten wholly.",
      defaults.journal.keep,
    ),
    size: z.string().optional().meta({
      description:
        "Up to which size together the texts of replaced objects are kept; entries without one are still told.",
      default: defaults.journal.size,
      pattern: String.raw`^([1-9][0-9]*[MG]B|.*\$\{.*)$`,
    }),
  })
  .optional()
  .meta({
    description:
      "What is kept of what was done, and of objects that were overwritten or removed, for history and undo.",
  });

const alerts = z
  .strictObject({
    webhook: text(
      "Address that alerts are posted to as JSON. It is treated as a secret.",
      "${WEBHOOK}",
    ).optional(),
    webhook_file: text(
      "File that holds the address, in place of webhook.",
      "/run/secrets/webhook",
    ).optional(),
    ca_file: caFile,
    repeat: timeSpan("After this long an alert that goes on is told again.", defaults.alerts.repeat),
  })
  .optional()
  .meta({ description: "Who is told when something needs attention, beside the log." });

const sink = z
  .strictObject({
    url: text("Address of the CalDAV server that the phone reads.", "https://caldav.example.com/dav.php/"),
    username: text("User that owns the target calendars.", "consolidated"),
    password,
    password_file: passwordFile,
    auth,
    ca_file: caFile,
    phone: z
      .strictObject({
        username: text("User that the phone logs in with.", "sean"),
        address: text("Mail address of that user on the server, if sharing needs it.").optional(),
      })
      .optional()
      .meta({ description: "The user that the phone logs in with; without it the phone uses the owner's." }),
  })
  .meta({ description: "The CalDAV server (Baikal) that Kalends writes to." });

const target = z
  .strictObject({
    name: text("Name that the phone shows.", "All Events"),
    color: z
      .string()
      .optional()
      .meta({
        description: 'Colour that the phone shows, in quotes: "#2563EB".',
        pattern: String.raw`^(#[0-9A-Fa-f]{6}|.*\$\{.*)$`,
        examples: ["#2563EB"],
      }),
    was: id.optional().meta({ description: "Former id of this target, after a change of id." }),
  })
  .meta({ description: "A target calendar. Its key is its id; to change it, see was." });

const log = z
  .strictObject({
    level: z
      .enum(["trace", "debug", "info", "warn", "error"])
      .optional()
      .meta({ description: "The least important kind of message to log.", default: defaults.log.level }),
    file: text("Log file to write beside standard error; it is rotated.").optional(),
  })
  .optional()
  .meta({ description: "What is logged, and where." });

/** The configuration file as the owner writes it: shape only; values are checked by the resolve files. */
export const configSchema = z
  .strictObject({
    timezone: text(
      "The owner's time zone, an IANA name: for schedules, reports and events without a zone.",
      "America/New_York",
    ),
    schedule,
    window,
    guard: guardLimits("What one plan may remove or rewrite without waiting for a person.", defaults.guard),
    freshness,
    journal,
    alerts,
    sink,
    calendars: z
      .record(id, target)
      .meta({ description: "Target calendars on the CalDAV server, by an id of your choice." }),
    sources: z.array(sourceSchema).min(1).meta({ description: "Accounts to read." }),
    installation_key_file: text(
      "File with the installation key, in place of the one in the data folder. Part of every backup.",
    ).optional(),
    log,
  })
  .meta({
    title: "Kalends configuration",
    description: "Which calendars are read, and where they are shown.",
  });

/** The file's content as far as the schema describes it. */
export type ConfigInput = z.infer<typeof configSchema>;
