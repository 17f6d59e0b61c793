import type { StoredAlert } from "../store/alerts.ts";
import type { AlertKind } from "./alerts.ts";
import { describeSpan } from "./describe-span.ts";

const names: Readonly<Record<AlertKind, (subject: string) => string>> = {
  stale: (subject) => `The delay of ${subject}`,
  failing: (subject) => `The failure to write to ${subject}`,
  held: (subject) => `The hold on ${subject}`,
  quarantined: (subject) => `The quarantine of events of ${subject}`,
  owed: (subject) => `The failure to read some events of ${subject}`,
  refused: (subject) => `The refusal of events by the server of ${subject}`,
  expiring: (subject) => `The warning that a credential of ${subject} ends`,
  "audit-overdue": (subject) => `The delay of the audit of ${subject}`,
  unbalanced: (subject) => `The imbalance that an audit of ${subject} found`,
  database: () => "The failure of the database",
};

/** That an alert is over at `now` (epoch milliseconds): what of, since when it was on, and for how long. */
export function overMessage({ kind, subject, since }: StoredAlert, now: number): string {
  const what = isKnown(kind) ? names[kind](quoted(subject)) : `The alert ${kind} of ${subject}`;
  // Less than nothing: the clock was set back since.
  const span = describeSpan(Math.max(0, now - since));
  return `${what} is over: it was first seen at ${new Date(since).toISOString()} and lasted ${span}.`;
}

/** The id of a target or a source may be an English word, such as `all`; nobody takes two with a slash for one. */
function quoted(subject: string): string {
  return subject.includes("/") ? subject : JSON.stringify(subject);
}

/** Not so for what another version has left in the database. */
function isKnown(kind: string): kind is AlertKind {
  return Object.hasOwn(names, kind);
}
