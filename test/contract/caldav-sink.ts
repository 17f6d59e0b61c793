import { describe, expect, it } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { listCalendars, readCalendar } from "../../src/dav/calendars.ts";
import { createDryRunSink } from "../../src/sink/dry-run-sink.ts";
import type { TargetCollection } from "../../src/sink/sink.ts";
import { caldavChangesContract } from "./caldav-changes.ts";
import { caldavSharingContract } from "./caldav-sharing.ts";
import { eventText } from "./event-text.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { createOne, newSpec, sinksOn } from "./sink-under-test.ts";

const signal = AbortSignal.timeout(600_000);

const readAll = async (target: TargetCollection, names: readonly string[]) =>
  (await Array.fromAsync(target.read(names, signal))).flat();

const lines = (text: string | undefined) => text?.trim().split(/\r?\n/);

/** What the sink promises, held against a real server: see Sink. */
export function caldavSinkContract(server: ServerUnderTest): void {
  describe(`CalDAV sink on ${server.name}`, () => {
    const { other, open, openSink, openTarget, urlOf } = sinksOn(server);
    const newTarget = () => openTarget(openSink(), newSpec());

    describe("opening a target", () => {
      it("makes the collection once and finds it again, bound or not", async () => {
        const spec = newSpec();
        const made = await openTarget(openSink(), spec);
        expect(made.created).toBe(true);
        expect(made.href).toMatch(/^\/.*kalends-.*\/$/);
        expect([...(await made.list(signal))]).toEqual([]);
        const bound = await openTarget(openSink(), spec, made.href);
        expect({ created: bound.created, href: bound.href }).toEqual({ created: false, href: made.href });
        const unbound = await openTarget(openSink(), spec);
        expect({ created: unbound.created, href: unbound.href }).toEqual({ created: false, href: made.href });
      });

      it("follows a change of the name without making another collection", async () => {
        const spec = newSpec({ name: "First name" });
        const made = await openTarget(openSink(), spec);
        const named = async () => (await readCalendar(other.client, await urlOf(made), signal)).displayName;
        expect(await named()).toBe("First name");
        const again = await openTarget(openSink(), { ...spec, name: "Second name" }, made.href);
        expect(again.created).toBe(false);
        expect(await named()).toBe("Second name");
      });

      it("throws for a bound collection that is not there, and makes none", async () => {
        const spec = newSpec();
        const made = await openTarget(openSink(), spec);
        const gone = made.href.replace(/kalends-/, "was-removed-");
        await expect(openSink().openTarget(spec, gone, signal)).rejects.toMatchObject({ kind: "missing" });
        const calendars = await listCalendars(other.client, await other.home(), signal);
        expect(calendars.map((calendar) => calendar.href)).not.toContain(gone);
      });

      if (server.checksPassword) {
        it("throws for a wrong password", async () => {
          const password = new Secret("not the password", "test");
          const sink = openSink({ credentials: { username: server.credentials.username, password } });
          await expect(sink.openTarget(newSpec(), null, signal)).rejects.toMatchObject({ kind: "auth" });
        });
      }
    });

    describe("writing", () => {
      it("creates an object that reads back with the ETag that was given", async () => {
        const target = await newTarget();
        const { etag, uid } = await createOne(target, "a.ics", "Alpha");
        expect([...(await target.list(signal))]).toEqual([["a.ics", etag]]);
        const [stored] = await readAll(target, ["a.ics"]);
        expect(stored).toMatchObject({ name: "a.ics", etag });
        expect(stored?.ics).toContain("SUMMARY:Alpha");
        expect(stored?.ics).toContain(`UID:${uid}`);
      });

      it("does not create over an object that is there", async () => {
        const target = await newTarget();
        const { etag, uid } = await createOne(target, "a.ics", "Alpha");
        const second = await target.create("a.ics", eventText({ uid, summary: "Usurper" }), signal);
        expect(second).toEqual({ kind: "precondition-failed" });
        expect(await readAll(target, ["a.ics"])).toMatchObject([
          { etag, ics: expect.stringContaining("Alpha") },
        ]);
      });

      it("lets exactly one of several creations of one name succeed", async () => {
        const target = await newTarget();
        const uid = `race-${target.href}`;
        const outcomes = await Promise.all(
          ["A", "B", "C", "D"].map((summary) => target.create("a.ics", eventText({ uid, summary }), signal)),
        );
        const kinds = outcomes.map(({ kind }) => kind).toSorted();
        expect(kinds).toEqual([
          "precondition-failed",
          "precondition-failed",
          "precondition-failed",
          "written",
        ]);
      });

      it("updates with the last ETag and refuses a stale one", async () => {
        const target = await newTarget();
        const { etag, uid } = await createOne(target, "a.ics", "Alpha");
        const second = await target.update("a.ics", eventText({ uid, summary: "Beta" }), etag, signal);
        expect(second).toMatchObject({ kind: "written" });
        const stale = await target.update("a.ics", eventText({ uid, summary: "Gamma" }), etag, signal);
        expect(stale).toEqual({ kind: "precondition-failed" });
        expect((await readAll(target, ["a.ics"]))[0]?.ics).toContain("SUMMARY:Beta");
      });

      it("does not bring an object back by updating it", async () => {
        const target = await newTarget();
        const { etag, uid } = await createOne(target, "a.ics");
        await other.remove(await urlOf(target), "a.ics");
        const outcome = await target.update("a.ics", eventText({ uid, summary: "Zombie" }), etag, signal);
        expect(["missing", "precondition-failed"]).toContain(outcome.kind);
        expect((await target.list(signal)).size).toBe(0);
      });

      it("removes with the last ETag, once, and refuses a stale one", async () => {
        const target = await newTarget();
        const { etag, uid } = await createOne(target, "a.ics", "Alpha");
        const second = await target.update("a.ics", eventText({ uid, summary: "Beta" }), etag, signal);
        if (second.kind !== "written") throw new Error(second.kind);
        expect(await target.remove("a.ics", etag, signal)).toEqual({ kind: "precondition-failed" });
        expect((await target.list(signal)).size).toBe(1);
        expect(await target.remove("a.ics", second.etag, signal)).toEqual({ kind: "removed" });
        const again = await target.remove("a.ics", second.etag, signal);
        expect(["missing", "precondition-failed"]).toContain(again.kind);
        expect((await target.list(signal)).size).toBe(0);
      });

      it("tells what the server made of a body that it changes", async () => {
        const target = await newTarget();
        const uid = `incomplete-${target.href}`;
        const ics = eventText({ uid })
          .replace(/PRODID.*\r\n/, "")
          .replace(/DTSTAMP.*\r\n/, "");
        const outcome = await target.create("a.ics", ics, signal);
        const standing = await readAll(target, ["a.ics"]);
        if (outcome.kind !== "written") {
          expect({ kind: outcome.kind, standing }).toEqual({ kind: "refused", standing: [] });
          return;
        }
        expect(standing.map((object) => object.etag)).toEqual([outcome.etag]);
        if (outcome.stored !== null) expect(lines(outcome.stored)).toEqual(lines(standing[0]?.ics));
      });

      it.each([
        ["garbage", () => "this is no calendar object"],
        ["two masters", () => eventText({ uid: "x", lines: ["END:VEVENT", "BEGIN:VEVENT", "UID:y"] })],
      ])("says whether a dubious body was stored: %s", async (_what, body) => {
        const target = await newTarget();
        const outcome = await target.create("a.ics", body(), signal);
        const names = [...(await target.list(signal)).keys()];
        expect(names).toEqual(outcome.kind === "written" ? ["a.ics"] : []);
        expect(["written", "refused", "precondition-failed"]).toContain(outcome.kind);
      });

      it("says whether a UID that stands under another name was stored", async () => {
        const target = await newTarget();
        const { uid } = await createOne(target, "a.ics");
        const outcome = await target.create("b.ics", eventText({ uid, summary: "Twin" }), signal);
        const names = [...(await target.list(signal)).keys()].toSorted();
        expect(["written", "refused"]).toContain(outcome.kind);
        expect(names).toEqual(outcome.kind === "written" ? ["a.ics", "b.ics"] : ["a.ics"]);
      });
    });

    describe("reading", () => {
      it("lists every object, and reads those that are there", async () => {
        const target = await newTarget();
        const names = Array.from({ length: 60 }, (_, index) => `object-${index}.ics`);
        for (const name of names) await createOne(target, name);
        expect([...(await target.list(signal)).keys()].toSorted()).toEqual(names.toSorted());
        const read = await readAll(target, [...names, "not-there.ics"]);
        expect(read.map((object) => object.name).toSorted()).toEqual(names.toSorted());
      }, 120_000);

      it("leaves an object of somebody else alone, whatever its name", async () => {
        const target = await newTarget();
        const url = await urlOf(target);
        const names = ["with space.ics", "owner@example.org.ics", "Ünïcode.ics", "a:b;c,d+e&f.ics"];
        for (const [index, name] of names.entries()) {
          await other.put(url, name, eventText({ uid: `foreign-${index}`, summary: name }));
        }
        const before = await target.list(signal);
        expect([...before.keys()].toSorted()).toEqual(names.toSorted());
        const { etag } = await createOne(target, "ours.ics");
        await target.remove("ours.ics", etag, signal);
        expect(await target.list(signal)).toEqual(before);
        const read = await readAll(target, names);
        expect(read.map((object) => object.name).toSorted()).toEqual(names.toSorted());
        for (const object of read) expect(object.ics).toContain(`SUMMARY:${object.name.split(";")[0]}`);
        for (const [name, tag] of before) {
          expect(await target.remove(name, tag, signal)).toEqual({ kind: "removed" });
        }
      });
    });

    describe("a dry run", () => {
      it("makes nothing, writes nothing, and reads what is there", async () => {
        const spec = newSpec({ name: "Real name" });
        const absent = await open(createDryRunSink, {}).openTarget(newSpec(), null, signal);
        expect((await absent.list(signal)).size).toBe(0);
        await expect(readCalendar(other.client, await urlOf(absent), signal)).rejects.toMatchObject({
          kind: "missing",
        });
        const target = await openTarget(openSink(), spec);
        const { etag } = await createOne(target, "a.ics");
        const dry = await open(createDryRunSink, {}).openTarget(
          { ...spec, name: "Other" },
          target.href,
          signal,
        );
        expect(await dry.create("b.ics", eventText({ uid: "b" }), signal)).toMatchObject({ kind: "written" });
        expect(await dry.update("a.ics", eventText({ uid: "b" }), etag, signal)).toMatchObject({
          kind: "written",
        });
        expect(await dry.remove("a.ics", etag, signal)).toEqual({ kind: "removed" });
        expect([...(await dry.list(signal))]).toEqual([["a.ics", etag]]);
        expect((await readCalendar(other.client, await urlOf(target), signal)).displayName).toBe("Real name");
      });
    });

    caldavSharingContract(server);
    caldavChangesContract(server);
  });
}
