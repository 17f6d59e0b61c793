import { type Kysely, sql } from "kysely";
import { fromColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

/** An object of ours in a target, as it stands or as the journal remembers it. */
export type KnownEvent = {
  readonly target: string;
  readonly slot: string;
  /** Object name in the target. */
  readonly name: string;
  readonly title: string;
  /** First start, ISO instant; null where it does not stand there. */
  readonly startsAt: string | null;
  readonly stands: boolean;
  /** When something was last done to it; null where the journal knows nothing of it. */
  readonly lastAt: string | null;
};

/** So many digits of a slot value are enough to name an object. */
const shortestSlot = 8;

/**
 * Finds objects by what a person may know of them: object name, slot value (or its beginning), UID, the event's id in
 * its source, or a part of its title, now or earlier. Without regard to case; by title.
 */
export async function findEvents(db: Kysely<Database>, text: string, limit: number): Promise<KnownEvent[]> {
  const part = text.trim().toLowerCase();
  if (part === "") return [];
  const slotPrefix =
    part.length >= shortestSlot && /^[0-9a-f]+$/.test(part) ? `${part}%` : part.replaceAll(/[%_\\]/g, "");
  const { rows } = await sql<{
    target_id: string;
    slot: string;
    name: string;
    title: string | null;
    starts_at: string | null;
    stands: boolean;
    last_at: Date | null;
  }>`
    select slot.target_id, slot.slot, slot.name, mapping.starts_at, mapping.slot is not null as stands,
      coalesce(
        mapping.summary,
        (select action.summary from action
          where action.target_id = slot.target_id and action.slot = slot.slot order by action.id desc limit 1)
      ) as title,
      (select max(action.at) from action
        where action.target_id = slot.target_id and action.slot = slot.slot) as last_at
    from slot left join mapping on mapping.target_id = slot.target_id and mapping.slot = slot.slot
    where lower(slot.name) = ${part} or lower(slot.uid) = ${part} or lower(slot.slot) like ${slotPrefix}
      or position(${part} in lower(mapping.summary)) > 0 or lower(mapping.identity) = ${part}
      or exists (
        select from candidate join staged on staged.id = candidate.staged_id
        where candidate.target_id = slot.target_id and candidate.meeting_key = slot.meeting_key and (
          position(${part} in lower(candidate.summary)) > 0 or lower(candidate.identity) = ${part}
          or lower(candidate.meeting_uid) = ${part} or lower(staged.native_id) = ${part}
        )
      )
      or exists (
        select from action
        where action.target_id = slot.target_id and action.slot = slot.slot
          and position(${part} in lower(action.summary)) > 0
      )
    order by title, slot.target_id, slot.slot
    limit ${limit}
  `.execute(db);
  return rows.map((row) => ({
    target: row.target_id,
    slot: row.slot,
    name: row.name,
    title: row.title ?? "",
    startsAt: row.starts_at,
    stands: row.stands,
    lastAt: fromColumn(row.last_at),
  }));
}
