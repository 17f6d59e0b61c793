import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { CaldavSourceConfig } from "../../src/config/config.ts";
import { usualLimits } from "../usual-limits.ts";
import { Secret } from "../../src/config/secret.ts";
import { decodePath, hrefOfName, nameOfHref } from "../../src/dav/href.ts";
import { createTransport } from "../../src/http/node-transport.ts";
import { createCaldavSource } from "../../src/sources/icloud/caldav-source.ts";
import type { Settlement, Source } from "../../src/sources/source.ts";
import { eventText } from "./event-text.ts";
import { createOtherClient, type OtherClient } from "./other-client.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { StagedCalendar } from "./staged-calendar.ts";

const signal = AbortSignal.timeout(600_000);

/** What a CalDAV source promises, held against a real server: see Source. */
export function caldavSourceContract(server: ServerUnderTest): void {
  const openSource = (overrides: Partial<CaldavSourceConfig> = {}): Source => {
    const source = createCaldavSource(configFor(server, overrides), {
      transport: createTransport(),
      retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 10, maxTotalWaitMs: 50 },
    });
    onTestFinished(() => source[Symbol.asyncDispose]());
    return source;
  };

  describe(`CalDAV source on ${server.name}`, () => {
    let other: OtherClient;
    beforeAll(() => {
      other = createOtherClient(server);
    });
    afterAll(() => other[Symbol.asyncDispose]());

    const newCalendar = async () => {
      const url = await other.makeCalendar();
      onTestFinished(() => other.remove(url));
      return { url, ref: { id: decodePath(url.pathname), name: nameOfHref(decodePath(url.pathname)) } };
    };

    const newStaged = async () => {
      const { url, ref } = await newCalendar();
      return { url, staged: new StagedCalendar(openSource(), ref) };
    };

    const put = (collection: URL, name: string, summary: string, uid = `${name}-${collection.pathname}`) =>
      other.put(collection, `${name}.ics`, eventText({ uid, summary }));

    describe("listing", () => {
      it("finds a calendar among all, by name and by href, and says what it did not find", async () => {
        const { ref } = await newCalendar();
        const all = await openSource().listCalendars(null, signal);
        expect(all.calendars).toContainEqual(ref);
        expect(all.notFound).toEqual([]);
        const some = openSource({ calendars: [ref.name, "no such calendar"] });
        const byName = await some.listCalendars(all.memory, signal);
        expect(byName).toEqual({
          calendars: [ref],
          notFound: ["no such calendar"],
          memory: all.memory,
          categoryColors: null,
        });
        const byHref = await openSource({ calendars: [ref.id] }).listCalendars(null, signal);
        expect(byHref.calendars).toEqual([ref]);
      });

      it("finds its home again when the remembered one is not there any more", async () => {
        const { ref } = await newCalendar();
        const listing = await openSource().listCalendars(null, signal);
        const memory = {
          ...JSON.parse(listing.memory ?? ""),
          homes: [new URL("/gone/home/", server.url).href],
        };
        const again = await openSource().listCalendars(JSON.stringify(memory), signal);
        expect(again.calendars).toContainEqual(ref);
        expect(again.memory).toBe(listing.memory);
      });

      if (server.checksPassword) {
        it("throws for a wrong password instead of listing nothing", async () => {
          const password = new Secret("not the password", "test");
          const source = openSource({ credentials: { username: server.credentials.username, password } });
          await expect(source.listCalendars(null, signal)).rejects.toMatchObject({ kind: "auth" });
        });
      }
    });

    describe("rounds", () => {
      it("reads an empty calendar as complete", async () => {
        const { staged } = await newStaged();
        const pages = await staged.pull();
        expect(pages).toMatchObject([{ kind: "complete", staged: [], present: [], gone: [], owed: [] }]);
        expect(staged.checkpoint).not.toBeNull();
      });

      it("stages every object with its ETag and text, and nothing in a second round", async () => {
        const { url, staged } = await newStaged();
        await put(url, "a", "Alpha");
        await put(url, "b", "Beta");
        expect((await staged.pull()).map((page) => page.kind)).toEqual(["complete"]);
        expect(staged.summaries()).toEqual(["Alpha", "Beta"]);
        const event = staged.events.get(hrefOfName(decodePath(url.pathname), "a.ics"));
        expect(event?.etag).toMatch(/^".+"$/);
        expect(event?.native).toContain(`UID:a-${url.pathname}`);
        expect((await staged.pull()).flatMap((page) => page.staged)).toEqual([]);
        expect(staged.summaries()).toEqual(["Alpha", "Beta"]);
      });

      it("stages only what is new or changed", async () => {
        const { url, staged } = await newStaged();
        await put(url, "a", "Alpha");
        await put(url, "b", "Beta");
        await staged.pull();
        await put(url, "b", "Beta two");
        await put(url, "c", "Gamma");
        const names = (await staged.pull()).flatMap((page) => page.staged.map((event) => event.nativeId));
        expect(names.map(nameOfHref).toSorted()).toEqual(["b.ics", "c.ics"]);
        expect(staged.summaries()).toEqual(["Alpha", "Beta two", "Gamma"]);
      });

      it("notices a removal", async () => {
        const { url, staged } = await newStaged();
        await put(url, "a", "Alpha");
        await put(url, "b", "Beta");
        await staged.pull();
        await other.remove(url, "a.ics");
        await staged.pull();
        expect(staged.summaries()).toEqual(["Beta"]);
      });

      it("survives changes and removals between two rounds", async () => {
        const { url, staged } = await newStaged();
        await put(url, "changed-then-removed", "Alpha");
        await put(url, "removed-then-back", "Beta");
        await staged.pull();
        await put(url, "changed-then-removed", "Alpha two");
        await other.remove(url, "changed-then-removed.ics");
        await put(url, "never-seen", "Gamma");
        await other.remove(url, "never-seen.ics");
        await other.remove(url, "removed-then-back.ics");
        await put(url, "removed-then-back", "Beta two");
        await staged.pull();
        expect(staged.summaries()).toEqual(["Beta two"]);
      });

      it("sees an object that moved to another calendar go here and come there", async () => {
        const from = await newStaged();
        const to = await newStaged();
        await put(from.url, "a", "Alpha", "moving");
        await from.staged.pull();
        await to.staged.pull();
        await other.remove(from.url, "a.ics");
        await put(to.url, "a", "Alpha", "moving");
        await from.staged.pull();
        await to.staged.pull();
        expect(from.staged.summaries()).toEqual([]);
        expect(to.staged.summaries()).toEqual(["Alpha"]);
      });

      it("reads objects whose names need escaping", async () => {
        const { url, staged } = await newStaged();
        const names = ["with space", "owner@example.org", "Ünïcode", "a:b;c,d", "plus+and&and=and'"];
        for (const [index, name] of names.entries()) await put(url, name, name, `odd-${index}`);
        await staged.pull();
        const found = [...staged.events.keys()].map(nameOfHref).toSorted();
        expect(found).toEqual(names.map((name) => `${name}.ics`).toSorted());
        await other.remove(url, `${names[2]}.ics`);
        await staged.pull();
        expect(staged.events.size).toBe(names.length - 1);
      });
    });

    describe("plain listings", () => {
      it("has exactly what a round stages, under the same ids and ETags, whatever round was last", async () => {
        const { url, staged } = await newStaged();
        expect(await staged.list()).toEqual({});
        await put(url, "a", "Alpha");
        await put(url, "with space@and ü", "Beta");
        await staged.pull();
        await other.remove(url, "a.ics");
        await put(url, "c", "Gamma");
        const names = Object.keys(await staged.list())
          .map(nameOfHref)
          .toSorted();
        expect(names).toEqual(["c.ics", "with space@and ü.ics"]);
        await staged.pull();
        const etags = [...staged.events.values()].map(({ nativeId, etag }) => [nativeId, etag]);
        expect(await staged.list()).toEqual(Object.fromEntries(etags));
      });

      it("throws where the calendar is not there, instead of listing nothing", async () => {
        const url = await other.makeCalendar();
        const staged = new StagedCalendar(openSource(), { id: decodePath(url.pathname), name: "vanishing" });
        await other.remove(url);
        await expect(staged.list()).rejects.toMatchObject({ name: "RemoteError" });
      });
    });

    describe("checkpoints", () => {
      it.each([
        ["from the future", "http://sabre.io/ns/sync/999999"],
        ["of another server", "data:,987654"],
        ["that is nonsense", "http://example.invalid/no-token"],
      ])("comes to the truth with a token %s", async (_kind, token) => {
        const { url, staged } = await newStaged();
        await put(url, "a", "Alpha");
        await put(url, "b", "Beta");
        await staged.pull();
        await other.remove(url, "a.ics");
        await put(url, "c", "Gamma");
        staged.checkpoint = JSON.stringify({ mode: "sync", token, listedAt: Date.now() });
        await staged.pull();
        expect(staged.summaries()).toEqual(["Beta", "Gamma"]);
      });

      it("reads the same by listing, where there is no sync-collection", async () => {
        const { url, staged } = await newStaged();
        await put(url, "a", "Alpha");
        await put(url, "b", "Beta");
        await staged.pull();
        staged.checkpoint = JSON.stringify({ mode: "etags", ctag: null });
        await other.remove(url, "a.ics");
        await put(url, "b", "Beta two");
        expect((await staged.pull()).map((page) => page.kind)).toEqual(["complete"]);
        expect(staged.summaries()).toEqual(["Beta two"]);
        expect((await staged.pull()).flatMap((page) => page.staged)).toEqual([]);
      });

      it("goes on after an interruption without reading anything twice", async () => {
        const { url, staged } = await newStaged();
        const count = server.manyObjects;
        for (let index = 0; index < count; index += 1) await put(url, `e${index}`, `Event ${index}`);
        const before = await staged.round(1);
        expect(before.length).toBe(1);
        expect(staged.checkpoint).toBeNull();
        const after = await staged.pull();
        const ids = [...before, ...after].flatMap((page) => page.staged.map((event) => event.nativeId));
        expect(ids.length).toBe(count);
        expect(new Set(ids).size).toBe(count);
        expect(staged.events.size).toBe(count);
        expect((await staged.pull()).flatMap((page) => page.staged)).toEqual([]);
      }, 240_000);
    });

    describe("owed work", () => {
      it("believes a tombstone only of an object that is not there", async () => {
        const { url, staged } = await newStaged();
        await put(url, "there", "Alpha");
        const href = decodePath(url.pathname);
        const items = ["there.ics", "not-there.ics"].flatMap((name) => [
          { kind: "tombstone" as const, nativeId: hrefOfName(href, name), native: null },
          { kind: "fetch" as const, nativeId: hrefOfName(href, name), native: null },
        ]);
        const settled: Settlement[] = [];
        const window = { from: "2026-01-01T00:00:00.000Z", until: "2029-01-01T00:00:00.000Z" };
        for await (const batch of staged.source.settle(staged.calendar, items, window, signal)) {
          settled.push(...batch);
        }
        expect(settled.map(({ kind }) => kind)).toEqual(["staged", "staged", "gone", "gone"]);
      });

      it("does not take a calendar that vanished for a calendar whose events were removed", async () => {
        const url = await other.makeCalendar();
        const href = decodePath(url.pathname);
        const staged = new StagedCalendar(openSource(), { id: href, name: "vanishing" });
        await put(url, "a", "Alpha");
        await staged.pull();
        await other.remove(url);
        await expect(staged.pull()).rejects.toMatchObject({ name: "RemoteError" });
        const nativeId = hrefOfName(href, "a.ics");
        const items = [{ kind: "tombstone" as const, nativeId, native: null }];
        const window = { from: "2026-01-01T00:00:00.000Z", until: "2029-01-01T00:00:00.000Z" };
        const settling = Array.fromAsync(staged.source.settle(staged.calendar, items, window, signal));
        await expect(settling).rejects.toMatchObject({ name: "RemoteError" });
      });
    });
  });
}

function configFor(server: ServerUnderTest, overrides: Partial<CaldavSourceConfig>): CaldavSourceConfig {
  return {
    id: `contract-${randomUUID().slice(0, 8)}`,
    kind: server.kind,
    was: null,
    target: "all",
    priority: 1,
    mode: "read-only",
    enabled: true,
    apart: false,
    order: 0,
    ...usualLimits,
    url: server.url,
    credentials: server.credentials,
    auth: server.auth,
    ca: null,
    calendars: "all",
    ...overrides,
  };
}
