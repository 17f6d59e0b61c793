import { emptyAnswer, multistatus, statusResponse } from "./answers.ts";
import { beginWrite, recordWrite } from "./activity.ts";
import { storeObject } from "./calendar-store.ts";
import { DavFault } from "./dav-fault.ts";
import { markDelivered, schedule } from "./deliver.ts";
import { indexObject, indexWithoutRecurrence, RecurrenceError, type IcalIndex } from "./ical-index.ts";
import { parseIcal, type IcalComponent } from "./ical-text.ts";
import type { Place } from "./layout.ts";
import { cal } from "./names.ts";
import { validateByRfc } from "./rfc-validation.ts";
import { checkPreconditions } from "./preconditions.ts";
import { validateLikeSabre } from "./sabre-validation.ts";
import { objectPath, type DavAnswer, type DavRequest, type ServerContext } from "./server-context.ts";
import { calendarOf, type Calendar } from "./state.ts";
import { ownerPath, uidHolder } from "./uid-registry.ts";
import { node } from "./xml-node.ts";
import { pause } from "./pause.ts";

/** PUT of a calendar object. */
export async function putObject(
  context: ServerContext,
  request: DavRequest,
  place: Extract<Place, { kind: "object" }>,
): Promise<DavAnswer> {
  const calendar = calendarOf(context.state, place.instance);
  const endWrite = beginWrite(context.activity, calendar.id);
  const tokenAtStart = calendar.token;
  try {
    await pause(context.switches.writeDelayMs);
    return store(context, request, place, calendar, calendar.token !== tokenAtStart);
  } finally {
    endWrite();
  }
}

function store(
  context: ServerContext,
  request: DavRequest,
  place: Extract<Place, { kind: "object" }>,
  calendar: Calendar,
  raced: boolean,
): DavAnswer {
  const stored = calendar.objects.get(place.name);
  checkPreconditions(request, stored);
  if (context.switches.database === "postgresql" && place.name.length > 100)
    throw databaseFault("value too long");
  const accepted =
    context.persona === "baikal"
      ? validateLikeSabre(
          request.body,
          calendar.components,
          /handling=strict/.test(request.headers["prefer"] ?? ""),
        )
      : validateByRfc(request.body, calendar.components, context.persona, context.switches.dtendRequired);
  const index = indexOrFail(context, accepted.calendar);
  const conflict = uidConflictAnswer(context, request, place, index.uid);
  if (conflict) return conflict;
  const before = stored ? parseIcal(stored.body) : null;
  const messages = schedule(context, request, place.account, before, accepted.calendar);
  const rewritten = messages.length > 0 && context.persona === "baikal";
  const body = rewritten
    ? markDelivered(accepted.calendar, messages, context.switches.mailing)
    : accepted.body;
  const etag = storeObject(calendar, place.name, body, index, {
    shareToken: raced && context.switches.racyParallelWrites,
    etagByContent: context.persona === "baikal",
  });
  recordWrite(context.activity, objectPath(context, place.account, place.instance, place.name), "puts");
  const told =
    context.switches.etagOnPut === "always" ||
    (context.switches.etagOnPut === "unless-changed" && !accepted.changed && !rewritten);
  return emptyAnswer(stored ? 204 : 201, {
    ...(told ? { ETag: etag } : {}),
    ...(accepted.warning === undefined ? {} : { "X-Sabre-Ew-Gross": accepted.warning }),
  });
}

function indexOrFail(context: ServerContext, calendar: IcalComponent): IcalIndex {
  try {
    const index = indexObject(calendar);
    const last = Date.UTC(2038, 0, 19, 3, 14, 7);
    if (context.switches.database === "postgresql" && index.first !== undefined) {
      if (index.first <= 0 || index.first > last) throw databaseFault("integer out of range");
    }
    return index;
  } catch (error) {
    if (!(error instanceof RecurrenceError)) throw error;
    if (context.persona !== "baikal") return indexWithoutRecurrence(calendar);
    throw new DavFault(500, error.exception, error.message);
  }
}

function databaseFault(message: string): DavFault {
  return new DavFault(500, "Sabre\\PDOException", `SQLSTATE[22003]: ${message}`);
}

function uidConflictAnswer(
  context: ServerContext,
  request: DavRequest,
  place: Extract<Place, { kind: "object" }>,
  uid: string,
): DavAnswer | undefined {
  const rule = context.switches.uidConflict;
  if (rule === "allow") return undefined;
  const holder = uidHolder(context, place, uid);
  if (!holder) return undefined;
  const condition = node(cal("no-uid-conflict"), node("{DAV:}href", ownerPath(context, holder)));
  if (rule === "multistatus-412") return multistatus(context, [statusResponse(request.path, 412, condition)]);
  throw new DavFault(Number(rule), "Conflict", "the UID is in use", { condition });
}
