import { describe, expect, it } from "vitest";
import {
  type Checkpoint,
  formatCheckpoint,
  formatResume,
  parseCheckpoint,
  parseResume,
  type Resume,
} from "../../../src/sources/icloud/checkpoint.ts";

const subject = 'calendar "Work" of source "family"';

describe("checkpoints", () => {
  const checkpoints: Checkpoint[] = [
    { mode: "sync", token: "http://sabre.io/ns/sync/7", listedAt: 5 },
    { mode: "etags", ctag: '"x"' },
    { mode: "etags", ctag: null },
    { mode: "etags", ctag: '"x"', retrySyncAt: 1_790_000_000_000 },
  ];
  it.each(checkpoints)("come back as they were: %j", (checkpoint) => {
    expect(parseCheckpoint(formatCheckpoint(checkpoint), subject)).toEqual(checkpoint);
    const resume: Resume = { at: "listing", end: checkpoint };
    expect(parseResume(formatResume(resume), subject)).toEqual(resume);
  });

  it.each([
    "",
    "null",
    "{}",
    '{"mode":"sync"}',
    '{"mode":"other","token":"x"}',
    "https://graph.example/delta",
  ])("of another make lead to a complete round: %s", (text) => {
    expect(() => parseCheckpoint(text, subject)).toThrow(expect.objectContaining({ kind: "checkpoint" }));
    expect(() => parseResume(text, subject)).toThrow(subject);
  });
});
