import { DavFault } from "./dav-fault.ts";
import { mainComponents } from "./ical-index.ts";
import { firstProperty, IcalSyntaxError, parseIcal, propertiesNamed } from "./ical-text.ts";
import { cal } from "./names.ts";
import type { AcceptedBody } from "./sabre-validation.ts";
import type { Persona } from "./switches.ts";
import { node } from "./xml-node.ts";

/**
 * What iCloud and servers by RFC 4791 5.3.2 demand of a PUT body. Nothing is repaired.
 *
 * @throws DavFault 403 with the precondition; 404 for iCloud's VEVENT without an end, 500 for its VJOURNAL.
 */
export function validateByRfc(
  bytes: Uint8Array,
  components: readonly string[],
  persona: Persona,
  dtendRequired: boolean,
): AcceptedBody {
  const text = Buffer.from(bytes).toString("utf8");
  const calendar = (() => {
    try {
      return parseIcal(text);
    } catch (error) {
      if (!(error instanceof IcalSyntaxError)) throw error;
      throw refused("valid-calendar-data", error.message);
    }
  })();
  const main = mainComponents(calendar);
  const first = main[0];
  if (!first) throw refused("valid-calendar-object-resource", "no component");
  if (persona === "icloud" && first.name === "VJOURNAL") throw new DavFault(500, "Exception", "VJOURNAL");
  if (!components.includes(first.name)) throw refused("supported-calendar-component", first.name);
  if (firstProperty(calendar, "METHOD")) throw refused("valid-calendar-object-resource", "METHOD");
  for (const name of ["VERSION", "PRODID"]) {
    if (propertiesNamed(calendar, name).length !== 1) throw refused("valid-calendar-data", name);
  }
  const uids = new Set(main.map((component) => firstProperty(component, "UID")?.value ?? ""));
  const masters = main.filter((component) => !firstProperty(component, "RECURRENCE-ID"));
  if (uids.size !== 1 || uids.has("") || masters.length > 1)
    throw refused("valid-calendar-object-resource", "UID");
  for (const event of main.filter((component) => component.name === "VEVENT")) {
    for (const name of ["DTSTART", "DTSTAMP"]) {
      if (propertiesNamed(event, name).length !== 1) throw refused("valid-calendar-data", name);
    }
    const ends = firstProperty(event, "DTEND") ?? firstProperty(event, "DURATION");
    if (dtendRequired && !ends) throw new DavFault(404, "NotFound", "a VEVENT without an end");
  }
  return { calendar, body: text, changed: false, warning: undefined };
}

function refused(precondition: string, message: string): DavFault {
  return new DavFault(403, "Forbidden", message, { condition: node(cal(precondition)) });
}
