import { describe, expect, it } from "vitest";
import type { SyncPage } from "../../../src/dav/sync-collection.ts";
import { syncCollection } from "../../../src/dav/sync-collection.ts";
import { parseXml } from "../../../src/dav/xml.ts";
import {
  at,
  clientOf,
  failed,
  type FakeServer,
  fakeServer,
  found,
  multistatus,
  propstat,
  type Reply,
  signal,
} from "./fake-server.ts";

const etag = (value: string) => `<d:getetag>${value}</d:getetag>`;
const token = (value: string) => `<d:sync-token>${value}</d:sync-token>`;
const page = (...content: readonly string[]) => multistatus(content.join(""));

async function pagesOf(server: FakeServer, from: string | null, limit?: number): Promise<SyncPage[]> {
  const request = { collection: at("/c/work/"), token: from, ...(limit === undefined ? {} : { limit }) };
  return await Array.fromAsync(syncCollection(clientOf(server), request, signal));
}
const sync = (from: string | null, ...replies: readonly Reply[]) => pagesOf(fakeServer(replies), from);
const asked = (body: string) => {
  const root = parseXml(body);
  return Object.fromEntries(
    root.children.map(({ local, text, children }) => [local, text || (children[0]?.text ?? "")]),
  );
};

describe("syncCollection", () => {
  it("asks with token, level and limit, and reads changes and removals", async () => {
    const server = fakeServer([
      page(
        found("/c/work/a%20b.ics", etag('W/"1"')),
        found("/c/work/c.ics", etag("2")),
        failed("/c/work/gone.ics", 404),
        token("t2"),
      ),
    ]);
    expect(await pagesOf(server, "t1", 500)).toEqual([
      {
        changed: [
          { href: "/c/work/a b.ics", etag: '"1"' },
          { href: "/c/work/c.ics", etag: '"2"' },
        ],
        removed: ["/c/work/gone.ics"],
        syncToken: "t2",
        truncated: false,
      },
    ]);
    expect(server.sent[0]).toMatchObject({ method: "REPORT", headers: { depth: "0" } });
    expect(asked(server.sent[0]?.body ?? "")).toMatchObject({
      "sync-token": "t1",
      "sync-level": "1",
      limit: "500",
    });
  });

  it("asks for everything with an empty token", async () => {
    const server = fakeServer([page(token("t1"))]);
    expect(await pagesOf(server, null)).toEqual([
      { changed: [], removed: [], syncToken: "t1", truncated: false },
    ]);
    expect(asked(server.sent[0]?.body ?? "")).toMatchObject({ "sync-token": "" });
  });

  it("takes nothing that is said of the collection itself for a member", async () => {
    const [only] = await sync(
      "t1",
      page(
        found("/c/work/", etag('"x"')),
        `<d:response><d:href>/c/work</d:href>${propstat(404, "<d:getetag/>")}</d:response>`,
        found("https://dav.example:443/c/work/", ""),
        token("t2"),
      ),
    );
    expect(only).toEqual({ changed: [], removed: [], syncToken: "t2", truncated: false });
  });

  it("takes a 404 inside a propstat for a missing ETag, not for a removal", async () => {
    const [only] = await sync(
      "t1",
      page(
        `<d:response><d:href>/c/work/a.ics</d:href>${propstat(404, "<d:getetag/>")}</d:response>`,
        token("t2"),
      ),
    );
    expect(only).toMatchObject({ changed: [{ href: "/c/work/a.ics", etag: null }], removed: [] });
  });

  it("takes a member that the server could not look at for changed, not for removed", async () => {
    const [only] = await sync(
      "t1",
      page(failed("/c/work/a.ics", 403), failed("/c/work/b.ics", 500), token("t2")),
    );
    expect(only).toMatchObject({
      changed: [
        { href: "/c/work/a.ics", etag: null },
        { href: "/c/work/b.ics", etag: null },
      ],
      removed: [],
    });
  });

  it("leaves collections inside the collection out", async () => {
    const [only] = await sync("t1", page(found("/c/work/sub/", etag("1")), token("t2")));
    expect(only?.changed).toEqual([]);
  });

  it("goes on after a 507 with the page's token until the server is done", async () => {
    const server = fakeServer([
      page(found("/c/work/a.ics", etag("1")), failed("/c/work/", 507), token("t2")),
      page(found("/c/work/b.ics", etag("2")), failed("/c/work", 507), token("t3")),
      page(found("/c/work/c.ics", etag("3")), token("t4")),
    ]);
    const pages = await pagesOf(server, null);
    expect(pages.map(({ syncToken, truncated }) => [syncToken, truncated])).toEqual([
      ["t2", true],
      ["t3", true],
      ["t4", false],
    ]);
    expect(server.sent.map(({ body }) => asked(body)["sync-token"])).toEqual(["", "t2", "t3"]);
  });

  it("hands each page out before it asks for the next", async () => {
    const server = fakeServer([page(failed("/c/work/", 507), token("t2")), page(token("t3"))]);
    const pages = syncCollection(clientOf(server), { collection: at("/c/work/"), token: null }, signal);
    expect(server.sent).toHaveLength(0);
    await pages.next();
    expect(server.sent).toHaveLength(1);
    await pages.return();
    expect(server.sent).toHaveLength(1);
  });

  it.each([
    ["the token stays", ["t1"]],
    ["the tokens go round", ["t2", "t3"]],
  ])("gives up pages that never end: %s", async (_how, tokens) => {
    const server: FakeServer = fakeServer(() => {
      expect(server.sent.length).toBeLessThan(10);
      return page(failed("/c/work/", 507), token(tokens[(server.sent.length - 1) % tokens.length] ?? ""));
    });
    await expect(pagesOf(server, "t1")).rejects.toMatchObject({ kind: "protocol", code: "endless-pages" });
  });

  it("refuses an answer without a token", async () => {
    await expect(sync("t1", page(found("/c/work/a.ics", etag("1"))))).rejects.toMatchObject({
      kind: "protocol",
    });
  });

  const precondition = '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>';
  it.each([400, 403, 409, 410, 412, 500])(
    "fails as checkpoint for valid-sync-token with %d",
    async (status) => {
      await expect(sync("t1", { status, body: precondition })).rejects.toMatchObject({
        kind: "checkpoint",
        status,
      });
    },
  );

  it("fails as checkpoint for valid-sync-token inside a 207", async () => {
    const inside = failed("/c/work/", 403, "<d:error><d:valid-sync-token/></d:error>");
    await expect(sync("t1", page(inside, token("t2")))).rejects.toMatchObject({ kind: "checkpoint" });
  });

  it.each([400, 409, 410, 412])(
    "fails as checkpoint for a bare %d with a token, not without one",
    async (status) => {
      await expect(sync("t1", { status })).rejects.toMatchObject({ kind: "checkpoint", status });
      await expect(sync(null, { status })).rejects.not.toMatchObject({ kind: "checkpoint" });
    },
  );

  it.each([
    [401, "auth"],
    [403, "forbidden"],
    [404, "missing"],
    [503, "transient"],
  ])("does not blame the token for a bare %d", async (status, kind) => {
    await expect(sync("t1", { status })).rejects.toMatchObject({ kind, status });
  });

  it("blames the token for a 500 only while the collection answers otherwise", async () => {
    const alive = multistatus(found("/c/work/", token("t9")));
    await expect(sync("t1", { status: 500 }, alive)).rejects.toMatchObject({ kind: "checkpoint" });
    await expect(sync("t1", { status: 500 }, { status: 503 })).rejects.toMatchObject({ kind: "transient" });
  });
});
