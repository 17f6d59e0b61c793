import { wallTime } from "./ical-time.ts";
import { cal } from "./names.ts";
import { elements, firstElement, textOf, type XmlNode } from "./xml-node.ts";

/** The part of a calendar-query filter that is understood. Times are epoch milliseconds. */
export type QueryFilter = {
  /** Names of the comp-filters inside VCALENDAR; two of them match nothing, as on iCloud and by RFC 4791. */
  readonly components: readonly string[];
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** A text-match on UID. */
  readonly uid: string | undefined;
};

/** Reads the filter of a calendar-query, or the time range of a free-busy-query. */
export function calendarQueryFilter(report: XmlNode): QueryFilter {
  const filter = firstElement(report, cal("filter"));
  const outer = filter && firstElement(filter, cal("comp-filter"));
  const inner = outer ? elements(outer, cal("comp-filter")) : [];
  const first = inner[0];
  const range = first ? firstElement(first, cal("time-range")) : firstElement(report, cal("time-range"));
  const prop = first && firstElement(first, cal("prop-filter"));
  const match = prop?.attributes?.["name"] === "UID" ? firstElement(prop, cal("text-match")) : undefined;
  return {
    components: inner.map((component) => component.attributes?.["name"] ?? ""),
    from: instant(range?.attributes?.["start"]),
    to: instant(range?.attributes?.["end"]),
    uid: match && textOf(match),
  };
}

function instant(written: string | undefined): number | undefined {
  return written === undefined ? undefined : wallTime(written, "UTC")?.wall;
}
