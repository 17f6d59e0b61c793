import * as z from "zod";
import { cloudNames } from "./clouds.ts";
import { defaults } from "./defaults.ts";
import {
  auth,
  caFile,
  calendars,
  guardLimits,
  id,
  password,
  passwordFile,
  text,
  timeSpan,
} from "./schema-parts.ts";

const common = {
  id: id.meta({ description: "Name of the source in reports and commands. To change it, see was." }),
  was: id.optional().meta({ description: "Former id of this source, after a change of id." }),
  target: text("Id of the target calendar (a key of calendars) that this source feeds.", "all"),
  priority: z.int().min(0).optional().meta({
    description: "Where sources hold the same meeting, the smallest number wins.",
    default: defaults.priority,
  }),
  mode: z.enum(["read-only", "two-way"]).optional().meta({
    description: "two-way also carries edits made on the phone back (not available yet: acts as read-only).",
    default: defaults.mode,
  }),
  enabled: z.boolean().optional().meta({
    description: "false pauses the source; its events stay where they are.",
    default: defaults.enabled,
  }),
  apart: z.boolean().optional().meta({
    description: "true keeps this source's meetings apart from the same meetings of other sources.",
    default: defaults.apart,
  }),
  guard: guardLimits("Limits of this source; they go before those of the top level.", {}),
  fresh_within: timeSpan("The source is stale when its last complete pull is older: 30m, 2h, 1d."),
};

const cloud = z
  .union([
    z.enum(cloudNames),
    z.strictObject({
      login: text("Origin of the login authority.", "https://login.microsoftonline.com"),
      graph: text("Origin of Microsoft Graph.", "https://graph.microsoft.com"),
      ca_file: caFile,
    }),
  ])
  .meta({ description: "The Microsoft cloud that the tenant lives in, or its addresses." });

const credential = z
  .strictObject({
    secret: text("Value (not the id) of a client secret.", "${CLIENT_SECRET}").optional(),
    secret_file: text("File that holds the client secret, in place of secret.").optional(),
    expires: text("Date on which the client secret ends, to be warned in time.", "2027-05-01").optional(),
    certificate: text("PEM file with the certificate and, unless key is given, its private key.").optional(),
    key: text("PEM file with the private key, if it is not in the certificate's file.").optional(),
  })
  .meta({ description: "How the app logs in: a secret, a secret_file, or a certificate." });

const user = text("Mailbox: user principal name, address or object id.", "sean@example.com");

const graphSource = z.strictObject({
  kind: z.literal("graph").meta({ description: "Microsoft 365 mailboxes, read through Microsoft Graph." }),
  ...common,
  cloud,
  tenant: text("The tenant: its id (a GUID) or one of its domains.", "example.onmicrosoft.com"),
  client_id: text("Application (client) id of the app registration, a GUID."),
  credential,
  mailboxes: z
    .array(z.union([user, z.strictObject({ user, calendars })]))
    .min(1)
    .meta({ description: "Mailboxes to read: an address, or an address with a choice of calendars." }),
});

const account = {
  ...common,
  username: text("The account's user name.", "sean@icloud.com"),
  password: password.meta({ description: "The account's password; for iCloud an app-specific one." }),
  password_file: passwordFile,
  auth,
  ca_file: caFile,
  calendars,
};

const icloudSource = z.strictObject({
  kind: z.literal("icloud").meta({ description: "An iCloud account." }),
  ...account,
  url: text("Address of the CalDAV service.").optional().meta({ default: defaults.icloudUrl }),
});

const caldavSource = z.strictObject({
  kind: z.literal("caldav").meta({ description: "An account on any other CalDAV server." }),
  ...account,
  url: text("Address of the CalDAV server.", "https://dav.example.com/"),
});

/** One entry of `sources`. */
export const sourceSchema = z
  .discriminatedUnion("kind", [graphSource, icloudSource, caldavSource])
  .meta({ description: "One account to read." });

/** Allowed values of `kind`. */
export const sourceKinds = ["graph", "icloud", "caldav"] as const;
