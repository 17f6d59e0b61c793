import type { SourceId } from "../../simulator/household.ts";
import type { Window } from "../../src/calendar/window.ts";
import type { Config } from "../../src/config/config.ts";
import type { Installation } from "./installation.ts";
import { type Shown, showObject } from "./expand-object.ts";

/** Calendars of a source that count, where it has more than the default ones. */
export type Calendars = Partial<Readonly<Record<SourceId, readonly string[]>>>;

/** What is compared: an installation, or as much of one as stands around a process. */
export type Witness = Pick<Installation, "household" | "standing"> & {
  readonly application: {
    readonly config: Config;
    readonly connections: { readonly context: { window(): Window } };
  };
};

const dayMs = 86_400_000;
const icloudUser = "sean@icloud.com";

/**
 * What the targets show in the window against what the sources hold: a line for every occurrence that is
 * missing, stands twice or should not be there. Empty when all is well.
 */
export function differences(installation: Witness, calendars: Calendars = {}): string[] {
  const { config } = installation.application;
  return config.targets.flatMap(({ id }) =>
    compare(id, wantedIn(installation, id, calendars), shownIn(installation, id)),
  );
}

/** How many occurrences the sources hold in the window. */
export function occurrencesWanted(installation: Witness): number {
  return installation.application.config.targets.flatMap(({ id }) => wantedIn(installation, id, {})).length;
}

/** What a target shows in the window: a line for each occurrence, in order. */
export function shownIn(installation: Witness, target: string): string[] {
  const { config } = installation.application;
  const span = windowOf(installation);
  return Object.values(installation.standing(target))
    .flatMap(({ body }) => showObject(body, config.timezone, span.until))
    .filter((shown) => isInside(shown, span))
    .map(describe)
    .toSorted();
}

function wantedIn(installation: Witness, target: string, calendars: Calendars): string[] {
  const span = windowOf(installation);
  return installation.application.config.sources
    .filter((source) => source.target === target && source.enabled)
    .flatMap((source) => heldBy(installation, source.id, calendars, span))
    .filter((shown) => isInside(shown, span))
    .map(describe);
}

type Span = { readonly from: number; readonly until: number };

function windowOf({ application }: Witness): Span {
  const { from, until } = application.connections.context.window();
  return { from: Date.parse(from), until: Date.parse(until) };
}

function isInside({ start, end }: Shown, span: Span): boolean {
  return start < span.until && Math.max(end, start + 1) > span.from;
}

function heldBy(installation: Witness, sourceId: string, calendars: Calendars, span: Span): Shown[] {
  const { household, application } = installation;
  if (sourceId === "family") {
    return (calendars.family ?? ["home", "family"]).flatMap((calendar) =>
      Object.values(household.icloud.control.objects(icloudUser, calendar)).flatMap(({ body }) =>
        showObject(body, application.config.timezone, span.until),
      ),
    );
  }
  const name = sourceId === "agency" ? "agency" : "company";
  // Asked for with room to spare: whole days touch an edge by the clock of their own zone.
  const from = new Date(span.from - 2 * dayMs).toISOString();
  const until = new Date(span.until + 2 * dayMs).toISOString();
  return (calendars[name] ?? ["Calendar"]).flatMap((calendar) =>
    household.graph
      .occurrences({ mailbox: household.mailboxes[name], calendar, from, until })
      .filter((occurrence) => !occurrence.isCancelled)
      .map(({ subject, isAllDay, start, end }) => ({
        title: subject,
        isAllDay,
        start: Date.parse(start),
        end: Date.parse(end),
      })),
  );
}

function describe({ title, isAllDay, start, end }: Shown): string {
  const length = isAllDay ? 10 : 16;
  const [from, to] = [start, end].map((at) => new Date(at).toISOString().slice(0, length));
  return `${from} to ${to}  ${title}`;
}

function compare(target: string, wanted: readonly string[], standing: readonly string[]): string[] {
  const balance = new Map<string, number>();
  for (const line of wanted) balance.set(line, (balance.get(line) ?? 0) + 1);
  for (const line of standing) balance.set(line, (balance.get(line) ?? 0) - 1);
  return [...balance]
    .flatMap(([line, count]) =>
      count === 0 ? [] : [`${target}: ${count > 0 ? `missing ${count}` : `too many ${-count}`}: ${line}`],
    )
    .toSorted();
}
