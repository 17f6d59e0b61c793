import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

export type UnmappedMeeting = {
  readonly key: string;
  /** Clean UID: the first part of the key. */
  readonly meetingUid: string;
  readonly sourceId: string;
  readonly summary: string;
  readonly startsAt: string;
};

/** Meetings that want a place in a target and have none yet. */
export async function unmappedMeetings(db: Kysely<Database>, targetId: string): Promise<UnmappedMeeting[]> {
  const rows = await db
    .selectFrom("candidate")
    .leftJoin("slot", (join) =>
      join
        .onRef("slot.meeting_key", "=", "candidate.meeting_key")
        .onRef("slot.target_id", "=", "candidate.target_id"),
    )
    .leftJoin("mapping", (join) =>
      join.onRef("mapping.slot", "=", "slot.slot").onRef("mapping.target_id", "=", "slot.target_id"),
    )
    .select([
      "candidate.meeting_key",
      "candidate.meeting_uid",
      "candidate.source_id",
      "candidate.summary",
      "candidate.starts_at",
    ])
    .where("candidate.target_id", "=", targetId)
    .where("candidate.retired", "=", false)
    .where("mapping.slot", "is", null)
    .orderBy("candidate.priority")
    .orderBy("candidate.id")
    .execute();
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    if (seen.has(row.meeting_key)) return [];
    seen.add(row.meeting_key);
    return [
      {
        key: row.meeting_key,
        meetingUid: row.meeting_uid,
        sourceId: row.source_id,
        summary: row.summary,
        startsAt: row.starts_at,
      },
    ];
  });
}
