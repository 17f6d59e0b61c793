import { z } from "zod";
import { RemoteError } from "../../http/remote-error.ts";

const checkpointShape = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("sync"), token: z.string(), listedAt: z.int() }),
  z.strictObject({
    mode: z.literal("etags"),
    ctag: z.string().nullable(),
    retrySyncAt: z.int().optional(),
  }),
]);

const resumeShape = z.discriminatedUnion("at", [
  z.strictObject({ at: z.literal("sync"), token: z.string().nullable(), listedAt: z.int() }),
  z.strictObject({ at: z.literal("listing"), end: checkpointShape }),
]);

/**
 * Where the next round over a collection starts: a sync token (RFC 6578), or, on servers without
 * sync-collection, the ctag whose change calls for a complete listing (null: always list). A server that refused
 * sync-collection is asked again from `retrySyncAt` on. `listedAt` is when everything was listed last. Both are
 * epoch milliseconds.
 */
export type Checkpoint = z.infer<typeof checkpointShape>;

/**
 * Where an unfinished round goes on: ask again for what changed since `token` (null: for everything), or
 * list everything again and end with the checkpoint `end`. What is staged already is known by its ETag.
 */
export type Resume = z.infer<typeof resumeShape>;

export const formatCheckpoint = (checkpoint: Checkpoint): string => JSON.stringify(checkpoint);
export const formatResume = (resume: Resume): string => JSON.stringify(resume);

/** @throws RemoteError `checkpoint` for a text that this version cannot read; `subject` names the calendar. */
export const parseCheckpoint = (text: string, subject: string): Checkpoint =>
  parse(checkpointShape, text, subject);

/** @throws RemoteError `checkpoint` for a text that this version cannot read; `subject` names the calendar. */
export const parseResume = (text: string, subject: string): Resume => parse(resumeShape, text, subject);

function parse<T>(shape: z.ZodType<T>, text: string, subject: string): T {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new RemoteError("checkpoint", `The stored checkpoint of ${subject} cannot be read.`, { cause });
  }
}
