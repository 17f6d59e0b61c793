import { parseContentLine, unescapeText, unfold } from "../calendar/content-line.ts";
import { oneLine } from "../calendar/people-text.ts";
import { parseNative } from "../sources/graph/native.ts";

/** What a person knows an event by; null what cannot be read. */
export type EventName = {
  readonly title: string | null;
  /** Date of the first start, `yyyy-mm-dd`, as it is written there. */
  readonly date: string | null;
};

const longestTitle = 80;

/** Reads the name out of a native form that may be broken in any way. */
export function nameOfNative(native: string): EventName {
  const graph = parseNative(native);
  if (graph !== null) {
    const { subject, start } = graph.kind === "single" ? graph.event : graph.master;
    return nameOf(subject, start?.dateTime);
  }
  const lines = unfold(native);
  const event = lines.slice(Math.max(0, lines.indexOf("BEGIN:VEVENT"))).map(parseContentLine);
  const valueOf = (name: string): string | undefined => event.find((line) => line?.name === name)?.value;
  return nameOf(unescapeText(valueOf("SUMMARY") ?? ""), valueOf("DTSTART"));
}

function nameOf(subject: unknown, start: unknown): EventName {
  const title = typeof subject === "string" ? oneLine(subject.slice(0, longestTitle)) : "";
  const [, year, month, day] =
    /^\s*(\d{4})-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])/.exec(
      typeof start === "string" ? start.slice(0, 20) : "",
    ) ?? [];
  return {
    title: title === "" ? null : title,
    date: year === undefined ? null : `${year}-${month}-${day}`,
  };
}
