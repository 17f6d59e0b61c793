import type { ColumnType } from "kysely";

/** A `timestamptz`: read as a Date, written as an ISO text. */
export type Time = ColumnType<Date, string, string>;
export type NullableTime = ColumnType<Date | null, string | null, string | null>;
