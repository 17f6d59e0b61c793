import { describe, expect, it } from "vitest";
import { printPlan, stopped } from "../../../src/cli/undo-text.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type { UndoItem } from "../../../src/reconcile/decide/undo-object.ts";

/** What is printed of a plan with these items. */
function printed(items: readonly UndoItem[]): string[] {
  const lines: string[] = [];
  const output = {
    json: false,
    print: (line: string) => void lines.push(line),
    result: () => undefined,
    progress: () => undefined,
  };
  printPlan(output, { targetId: "all", run: "run", items });
  return lines;
}

const refused = (title: string, reason: string): UndoItem => ({
  kind: "refused",
  slot: title,
  title,
  reason,
});

/** What a person is told when the target fails after `restored` of 5 events, or before the first where it is null. */
function told(restored: number | null, name: string, kind: "run" | "event" = "run"): string {
  const remedy = "Look whether the server runs.";
  const error = new RemoteError("transient", "PUT https://dav.example: refused", { remedy });
  const begun = restored === null ? null : { run: "9c0ffee1-0000-4000-8000-000000000000", total: 5 };
  const undone = { kind: "stopped", begun, restored: restored ?? 0, failed: [], error } as const;
  return stopped(undone, "all", { kind, name });
}

describe("what an undo says of many events", () => {
  it("is one line where it says the same of them, with some of their titles and the number of the others", () => {
    const many = Array.from({ length: 12 }, (_, index) => refused(`event ${index}`, "not kept any more"));
    expect(printed([...many, refused("b", "another")])).toEqual([
      '  cannot be undone: "event 0", "event 1", "event 2" and 9 more: not kept any more',
      '  cannot be undone: "b": another',
    ]);
    const reason = "it already stands as it stood before";
    const nothing = ["a", "b"].map((title) => ({ kind: "nothing", slot: title, title, reason }) as const);
    expect(printed(nothing)).toEqual([`  nothing to do: "a", "b": ${reason}`]);
  });
});

describe("an undo that an outage stops", () => {
  it("names the target, how much was done, and the command to give again", () => {
    const why = "PUT https://dav.example: refused. Look whether the server runs.";
    expect(told(null, "1234abcd")).toBe(
      `all: nothing was undone: ${why} Give \`kalends undo 1234abcd --yes\` again then.`,
    );
    expect(told(2, "1234abcd")).toBe(
      `all: the undo stopped after 2 of 5 events: ${why} What was put back stays so; give \`kalends undo 1234abcd --yes\` again then for the rest.`,
    );
  });

  it("does not have a person undo the undo of one event whose answer was lost", () => {
    expect(told(0, "f5bb1e", "event")).toMatch(
      /not known whether .* `kalends sync` then finds out\. If `kalends history f5bb1e` has no line of run 9c0ffee1 after that, it was not put back: give `kalends undo f5bb1e --yes` again\.$/,
    );
  });
});
