import { z } from "zod";
import type { CaldavControl, CalendarSpec, UserSpec } from "./control.ts";
import type { FaultSpec } from "./faults.ts";
import type { CaldavSwitches } from "./switches.ts";

/** One call of the control API: the method's name and its arguments, as in `CaldavControl`. */
const call = z.object({ method: z.string(), arguments: z.array(z.unknown()).default([]) });

const text = z.string();
const optionalText = z.string().exactOptional();
const userSpec: z.ZodType<UserSpec> = z.strictObject({
  name: text,
  password: text,
  email: optionalText,
  displayName: optionalText,
  dsid: optionalText,
  partition: z.number().exactOptional(),
  defaultCalendars: z.boolean().exactOptional(),
});
const calendarSpec: z.ZodType<CalendarSpec> = z.strictObject({
  uri: text,
  name: optionalText,
  color: optionalText,
  components: z.array(text).exactOptional(),
  unreadableByMultiget: z.boolean().exactOptional(),
});
const move = z.strictObject({ partition: z.number(), dsid: optionalText });

const faultSpec: z.ZodType<FaultSpec> = z.strictObject({
  method: optionalText,
  path: optionalText,
  report: optionalText,
  host: optionalText,
  nth: z.number().exactOptional(),
  times: z.number().nullable().exactOptional(),
  effect: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("status"),
      status: z.number(),
      retryAfter: optionalText,
      body: optionalText,
      headers: z.record(text, text).exactOptional(),
    }),
    z.strictObject({ kind: z.literal("delay"), ms: z.number() }),
    z.strictObject({
      kind: z.literal("reset"),
      when: z.enum(["before-headers", "mid-body"]),
      applied: z.boolean(),
    }),
    z.strictObject({ kind: z.literal("truncate"), keep: z.number() }),
    z.strictObject({ kind: z.literal("html") }),
    z.strictObject({
      kind: z.literal("redirect"),
      status: z.literal([301, 302, 303, 307, 308]),
      location: text,
    }),
    z.strictObject({ kind: z.literal("empty-multistatus") }),
    z.strictObject({ kind: z.literal("multiget-404"), href: text }),
    z.strictObject({ kind: z.literal("slow-body"), chunkBytes: z.number(), intervalMs: z.number() }),
    z.strictObject({ kind: z.literal("content-type"), value: text }),
  ]),
});

const status = z.literal([301, 302, 307, 308]);
const switches: z.ZodType<CaldavSwitches> = z.strictObject({
  auth: z.enum(["basic", "digest"]),
  digestNonceRequests: z.number().nullable(),
  digestNonceSeconds: z.number().nullable(),
  wellKnown: z.literal([301, 302, 307, 308, 404, 501]),
  upgradeNeeded: z.boolean(),
  sessionCookies: z.boolean(),
  outage: z.strictObject({ status: z.number(), retryAfter: text.nullable() }).nullable(),
  contentType: text.nullable(),
  syncCollection: z.boolean(),
  ctag: z.boolean(),
  expiredToken: z.enum(["400", "403", "409", "410", "500", "full-listing", "empty"]),
  syncPageSize: z.number().nullable(),
  honourLimit: z.boolean(),
  truncation: z.enum(["507", "silent"]),
  collectionInReports: z.boolean(),
  multigetMissing: z.enum(["omit", "404"]),
  blankSecondPropstat: z.boolean(),
  barePrincipalHref: z.boolean(),
  movedHome: z.literal([301, 401, 403, 404, 421]),
  entryRedirect: status,
  etagOnPut: z.enum(["always", "never", "unless-changed"]),
  uidConflict: z.enum(["allow", "403", "409", "412", "multistatus-412"]),
  dtendRequired: z.boolean(),
  racyParallelWrites: z.boolean(),
  writeDelayMs: z.number(),
  scheduling: z.boolean(),
  mailing: z.boolean(),
  database: z.enum(["sqlite", "postgresql"]),
});

/**
 * Performs one call that came as JSON.
 *
 * @throws Error for an unknown method and for arguments that do not fit.
 */
export function performCall(control: CaldavControl, json: string): unknown {
  const { method, arguments: given } = call.parse(JSON.parse(json));
  const word = (at: number): string => text.parse(given[at]);
  switch (method) {
    case "addUser":
      return control.addUser(userSpec.parse(given[0]));
    case "setPassword":
      return control.setPassword(word(0), word(1));
    case "setEmail":
      return control.setEmail(word(0), word(1));
    case "addCalendar":
      return control.addCalendar(word(0), calendarSpec.parse(given[1]));
    case "removeCalendar":
      return control.removeCalendar(word(0), word(1));
    case "calendars":
      return control.calendars(word(0));
    case "putObject":
      return control.putObject(word(0), word(1), word(2), word(3));
    case "deleteObject":
      return control.deleteObject(word(0), word(1), word(2));
    case "objects":
      return control.objects(word(0), word(1));
    case "expireTokens":
      return control.expireTokens(word(0), word(1));
    case "moveAccount":
      return control.moveAccount(word(0), move.parse(given[1]));
    case "setSwitches":
      return control.setSwitches(
        switches.parse({ ...control.setSwitches({}), ...z.record(text, z.unknown()).parse(given[0]) }),
      );
    case "addFault":
      return control.addFault(faultSpec.parse(given[0]));
    case "clearFaults":
      return control.clearFaults();
    case "counters":
      return control.counters();
    case "requests":
      return control.requests();
    case "clearCounters":
      return control.clearCounters();
    case "snapshot":
      return control.snapshot(word(0));
    case "restore":
      return control.restore(word(0));
    default:
      throw new Error(`the CalDAV simulator's control has no method ${method}`);
  }
}
