import type { Decision } from "../../store/pins.ts";
import type { Slot } from "../../store/slots.ts";
import type { Deviation } from "../action.ts";
import type { Standing } from "./write-action.ts";
import type { Desired } from "./write-action.ts";

/** One write made ready: which object, what is to be done with it, and what will be on record afterwards. */
export type WriteStep = {
  readonly key: string;
  readonly slot: Slot;
  readonly job: Job;
  readonly entry: Entry;
  /** Hash of what stands there now; null for nothing. */
  readonly before: string | null;
  /** What stands there now, where it is not kept yet. */
  readonly found: string | null;
  /** Whose the object will be; null for a removal. */
  readonly owner: Owner | null;
  /** What is decided about the meeting by it, where it is part of an undo. */
  readonly decision?: Decision;
};

export type Job =
  | { readonly kind: "create"; readonly desired: Desired }
  | { readonly kind: "update"; readonly desired: Desired; readonly standing: Standing }
  | { readonly kind: "delete"; readonly standing: Standing }
  /** What stands there is right: only recorded. */
  | { readonly kind: "record"; readonly standing: Standing }
  | { readonly kind: "postpone"; readonly reason: string };

/** What the journal says of it beside the outcome. */
export type Entry = {
  readonly kind: "create" | "update" | "adopt" | "delete" | "restore";
  readonly sourceId: string | null;
  readonly summary: string;
  readonly reason: string;
  /** A person had seen it and asked for it. */
  readonly asked: boolean;
  /** What is known to be put right by it. */
  readonly deviation: Deviation | null;
};

/** The event that an object stands for, and what it wants there. */
export type Owner = {
  readonly sourceId: string | null;
  readonly accountId: number | null;
  readonly identity: string | null;
  readonly startsAt: string | null;
  /** Of what is wanted there. */
  readonly fingerprint: string;
  readonly sourceBase: string | null;
};
