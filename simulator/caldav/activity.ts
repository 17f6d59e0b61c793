import type { SchedulingMessage } from "./scheduling.ts";

/** One request as it came and was answered. Credentials are not kept. */
export type RequestRecord = {
  readonly method: string;
  /** The root element of a REPORT body, without namespace. */
  readonly report: string | null;
  readonly path: string;
  readonly user: string | null;
  /** `entry`, or `partition-N`. */
  readonly host: string;
  /** 0 where the connection was cut. */
  readonly status: number;
  /** Headers that matter here, in lower case: depth, if-match, if-none-match, prefer, schedule-reply, user-agent … */
  readonly headers: Readonly<Record<string, string>>;
};

/** What the server did, for assertions; never part of a snapshot. */
export type Activity = {
  readonly requests: RequestRecord[];
  /** Requests by method; REPORTs as `REPORT sync-collection`. */
  readonly byMethod: Map<string, number>;
  /** Successful writes by path of the object. */
  readonly writes: Map<string, { puts: number; deletes: number }>;
  readonly mail: SchedulingMessage[];
  /** Session files left by requests without a cookie. */
  sessions: number;
  readonly writing: Map<number, number>;
  /** The most writes ever under way at once, by calendar id. */
  readonly maxParallelWrites: Map<number, number>;
};

const requestsKept = 20_000;

/** Nothing has happened yet. */
export function noActivity(): Activity {
  return {
    requests: [],
    byMethod: new Map(),
    writes: new Map(),
    mail: [],
    sessions: 0,
    writing: new Map(),
    maxParallelWrites: new Map(),
  };
}

/** Remembers a request; the oldest are forgotten beyond 20 000. */
export function recordRequest(activity: Activity, record: RequestRecord): void {
  if (activity.requests.length >= requestsKept) activity.requests.splice(0, requestsKept / 2);
  activity.requests.push(record);
  const key = record.report === null ? record.method : `${record.method} ${record.report}`;
  activity.byMethod.set(key, (activity.byMethod.get(key) ?? 0) + 1);
}

/** Counts a write that took effect. */
export function recordWrite(activity: Activity, path: string, kind: "puts" | "deletes"): void {
  const entry = activity.writes.get(path) ?? { puts: 0, deletes: 0 };
  entry[kind] += 1;
  activity.writes.set(path, entry);
}

/** Marks a write to a calendar as under way; call the result when it is over. */
export function beginWrite(activity: Activity, calendarId: number): () => void {
  const now = (activity.writing.get(calendarId) ?? 0) + 1;
  activity.writing.set(calendarId, now);
  activity.maxParallelWrites.set(calendarId, Math.max(now, activity.maxParallelWrites.get(calendarId) ?? 0));
  return () => {
    activity.writing.set(calendarId, (activity.writing.get(calendarId) ?? 1) - 1);
  };
}

/** Forgets everything that was counted; writes under way stay counted as such. */
export function clearActivity(activity: Activity): void {
  activity.requests.length = 0;
  activity.mail.length = 0;
  activity.byMethod.clear();
  activity.writes.clear();
  activity.maxParallelWrites.clear();
  activity.sessions = 0;
}
