import { randomUUID } from "node:crypto";
import { DavFault } from "./dav-fault.ts";
import { mainComponents } from "./ical-index.ts";
import {
  firstProperty,
  IcalSyntaxError,
  parseIcal,
  propertiesNamed,
  property,
  serializeIcal,
  type IcalComponent,
} from "./ical-text.ts";
import { timesOf } from "./ical-time.ts";

/** An accepted body: as it came, or repaired and written anew. */
export type AcceptedBody = {
  readonly calendar: IcalComponent;
  readonly body: string;
  readonly changed: boolean;
  /** The text of sabre's `X-Sabre-Ew-Gross` header. */
  readonly warning: string | undefined;
};

const singleValued = [
  "CLASS",
  "CREATED",
  "DESCRIPTION",
  "GEO",
  "LAST-MODIFIED",
  "LOCATION",
  "ORGANIZER",
  "PRIORITY",
  "SEQUENCE",
  "STATUS",
  "SUMMARY",
  "TRANSP",
  "URL",
  "RECURRENCE-ID",
  "RRULE",
  "DTEND",
  "DURATION",
];

/**
 * Does what sabre/dav's CalDAV plugin and vobject's `validate(PROFILE_CALDAV | REPAIR)` do to a PUT body:
 * repairs some faults silently and refuses the others.
 *
 * @throws DavFault 415 for what cannot be repaired, 403 for a component outside `components`.
 */
export function validateLikeSabre(
  bytes: Uint8Array,
  components: readonly string[],
  strict: boolean,
): AcceptedBody {
  const decoded = decode(bytes);
  const calendar = parseOrRefuse(decoded.text);
  const main = mainComponents(calendar);
  const type = main.at(-1)?.name;
  if (type === undefined || !components.includes(type)) {
    throw new DavFault(
      403,
      "Sabre\\CalDAV\\Exception\\InvalidComponentType",
      `iCalendar objects must at least have a component of type ${components.join(", ")}`,
      { condition: { name: "{urn:ietf:params:xml:ns:caldav}supported-calendar-component", children: [] } },
    );
  }
  const repairs: string[] = decoded.lossy ? ["Property is not valid UTF-8!"] : [];
  repairCalendar(calendar, repairs);
  for (const component of calendar.components) repairComponent(component, repairs);
  refuseStructure(calendar, main);
  const first = repairs[0];
  if (first !== undefined && strict) throw refusal(first);
  const changed = repairs.length > 0;
  return {
    calendar,
    body: changed ? serializeIcal(calendar) : decoded.text,
    changed,
    warning: first === undefined ? undefined : `iCalendar validation warning: ${first}`,
  };
}

function decode(bytes: Uint8Array): { text: string; lossy: boolean } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), lossy: false };
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), lossy: true };
  }
}

function parseOrRefuse(text: string): IcalComponent {
  try {
    return parseIcal(text);
  } catch (error) {
    if (!(error instanceof IcalSyntaxError)) throw error;
    throw new DavFault(
      415,
      "UnsupportedMediaType",
      `This resource only supports valid iCalendar 2.0 data. Parse error: ${error.message}`,
    );
  }
}

function refusal(message: string): DavFault {
  return new DavFault(415, "UnsupportedMediaType", `Validation error in iCalendar: ${message}`);
}

function repairCalendar(calendar: IcalComponent, repairs: string[]): void {
  repairCharacters(calendar, repairs);
  addUnlessOnce(calendar, "VERSION", "2.0", repairs);
  addUnlessOnce(calendar, "PRODID", "-//Sabre//Sabre VObject 4.6.0//EN", repairs);
  const version = firstProperty(calendar, "VERSION")?.value;
  if (version !== "2.0") throw refusal("Only iCalendar version 2.0 as defined in rfc5545 is supported.");
}

function repairComponent(component: IcalComponent, repairs: string[]): void {
  repairCharacters(component, repairs);
  if (component.name === "VALARM") {
    for (const name of ["ACTION", "TRIGGER"]) {
      if (propertiesNamed(component, name).length !== 1)
        throw refusal(`${name} MUST appear exactly once in a VALARM component`);
    }
  }
  if (component.name === "VEVENT") repairEvent(component, repairs);
  for (const inner of component.components) repairComponent(inner, repairs);
}

function repairEvent(event: IcalComponent, repairs: string[]): void {
  addUnlessOnce(event, "UID", `sabre-vobject-${randomUUID()}`, repairs);
  addUnlessOnce(event, "DTSTAMP", new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ""), repairs);
  if (propertiesNamed(event, "DTSTART").length !== 1) {
    throw refusal("DTSTART MUST appear exactly once in a VEVENT component");
  }
  for (const name of singleValued) {
    if (propertiesNamed(event, name).length > 1) {
      throw refusal(`${name} MUST NOT appear more than once in a VEVENT component`);
    }
  }
  for (const name of ["DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE"]) {
    for (const found of propertiesNamed(event, name)) {
      if (timesOf(found).length !== found.value.split(",").length) {
        throw refusal(`The supplied value (${found.value}) is not a correct DATE-TIME`);
      }
    }
  }
  const rule = firstProperty(event, "RRULE");
  if (rule && !/(^|;)FREQ=[^;]/i.test(rule.value)) {
    event.properties = event.properties.filter((candidate) => candidate !== rule);
    repairs.push("FREQ is required in RRULE");
  }
}

/** vobject's rule "exactly once": the repair adds a default even where the property stands there twice already. */
function addUnlessOnce(component: IcalComponent, name: string, fallback: string, repairs: string[]): void {
  if (propertiesNamed(component, name).length === 1) return;
  component.properties.push(property(`${name}:${fallback}`));
  repairs.push(`${name} MUST appear exactly once in a ${component.name} component`);
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f;
}

function repairCharacters(component: IcalComponent, repairs: string[]): void {
  component.properties = component.properties.map((candidate) => {
    const found = Array.from(candidate.value).find(isControl);
    if (found === undefined) return candidate;
    const code = found.charCodeAt(0).toString(16).padStart(2, "0");
    repairs.push(`Property contained a control character (0x${code})`);
    return property(
      Array.from(candidate.line)
        .filter((char) => !isControl(char))
        .join(""),
    );
  });
}

function refuseStructure(calendar: IcalComponent, main: readonly IcalComponent[]): void {
  if (firstProperty(calendar, "METHOD")) {
    throw refusal("A calendar object on a CalDAV server MUST NOT have a METHOD property.");
  }
  const uids = new Set(main.map((component) => firstProperty(component, "UID")?.value ?? ""));
  if (uids.size > 1) {
    throw refusal("A calendar object on a CalDAV server may only have components with the same UID.");
  }
  if (new Set(main.map((component) => component.name)).size > 1) {
    throw refusal(
      "A calendar object on a CalDAV server may only have 1 type of component (VEVENT, VTODO or VJOURNAL).",
    );
  }
  if (main.filter((component) => !firstProperty(component, "RECURRENCE-ID")).length > 1) {
    throw refusal("More than one master object was found for the object with UID");
  }
}
