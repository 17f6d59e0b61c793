import { describe, expect, it } from "vitest";
import type { SinkChanges, TargetCollection } from "../../src/sink/sink.ts";
import { eventText } from "./event-text.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { createOne, newSpec, sinksOn } from "./sink-under-test.ts";

const signal = AbortSignal.timeout(600_000);

const tokenOf = async (target: TargetCollection) => (await target.changes(null, signal)).token;

/** What a server without sync-collection cannot tell, a listing does: it must say so. */
function namesIn(changes: SinkChanges): { there: string[]; gone: string[] } | null {
  if (changes.kind !== "changed") {
    expect(changes.kind).toBe("untracked");
    return null;
  }
  return { there: [...changes.etags.keys()].toSorted(), gone: changes.removed.toSorted() };
}

/** What a collection tells of its changes, held against a real server: see TargetCollection.changes. */
export function caldavChangesContract(server: ServerUnderTest): void {
  describe(`the changes of a collection on ${server.name}`, () => {
    const { other, openSink, openTarget, urlOf } = sinksOn(server);
    const newTarget = () => openTarget(openSink(), newSpec());
    it("are none where nobody wrote", async () => {
      const target = await newTarget();
      await createOne(target, "a.ics");
      const first = await target.changes(null, signal);
      expect(first.kind).toBe("untracked");
      if (first.token === null) return;
      expect(await target.changes(first.token, signal)).toEqual({
        kind: "changed",
        etags: new Map(),
        removed: [],
        token: first.token,
      });
    });

    it("are ours and those of others, with the ETags that stand there, each told once", async () => {
      const target = await newTarget();
      const url = await urlOf(target);
      await createOne(target, "untouched.ics");
      const edited = await createOne(target, "edited.ics", "Before");
      await createOne(target, "removed.ics");
      const token = await tokenOf(target);
      await createOne(target, "ours.ics");
      await other.put(url, "theirs.ics", eventText({ uid: `theirs-${target.href}` }));
      await other.put(url, "edited.ics", eventText({ uid: edited.uid, summary: "After" }));
      await other.remove(url, "removed.ics");
      const changes = await target.changes(token, signal);
      const names = namesIn(changes);
      if (names === null || changes.kind !== "changed") {
        expect(changes.token === null || changes.token !== token).toBe(true);
        return;
      }
      expect(names).toEqual({ there: ["edited.ics", "ours.ics", "theirs.ics"], gone: ["removed.ics"] });
      const listing = await target.list(signal);
      for (const [name, etag] of changes.etags) if (etag !== null) expect(etag, name).toBe(listing.get(name));
      expect(namesIn(await target.changes(changes.token, signal))).toEqual({ there: [], gone: [] });
    });

    it("are not taken for none where the token is none of the server's", async () => {
      const target = await newTarget();
      await createOne(target, "a.ics");
      const changes = await target.changes("http://example.org/not-a-token-of-this-server", signal);
      // Some servers tell everything then.
      if (changes.kind === "changed") expect([...changes.etags.keys()]).toEqual(["a.ics"]);
      else expect(["unknown", "untracked"]).toContain(changes.kind);
    });

    it("are not taken for none where the token is ahead of the server's, which went back", async () => {
      const target = await newTarget();
      const token = await tokenOf(target);
      const sabre = /^(http:\/\/sabre\.io\/ns\/sync\/)(\d+)$/.exec(token ?? "");
      if (sabre === null) {
        expect(token).not.toMatch(/sabre/);
        return;
      }
      const ahead = `${sabre[1]}${Number(sabre[2]) + 5}`;
      expect(await target.changes(ahead, signal)).toEqual({ kind: "went back", token });
    });
  });
}
