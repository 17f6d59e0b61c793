import { describe, expect, it } from "vitest";
import { type FetchedObject, getObject } from "../../../src/dav/get.ts";
import { makeCalendar } from "../../../src/dav/mkcalendar.ts";
import type { Element } from "../../../src/dav/protocol.ts";
import { setProperties } from "../../../src/dav/proppatch.ts";
import { readSharees, shareCalendar } from "../../../src/dav/sharing.ts";
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

const url = at("/c/work/");
const bodyOf = (server: FakeServer) => parseXml(server.sent[0]?.body ?? "");
const leavesOf = (element: Element): readonly string[] =>
  element.children.length === 0
    ? [`{${element.namespace}}${element.local}=${element.text}${element.attributes.get("name") ?? ""}`]
    : element.children.flatMap(leavesOf);
const propertiesIn = (body: string) => leavesOf(parseXml(body)).map((leaf) => leaf.split("=")[0]);
const davError = (name: string) => `<d:error xmlns:d="DAV:"><d:${name}/></d:error>`;

function make(reply: Reply): Promise<"created" | "exists"> {
  return makeCalendar(clientOf(fakeServer([reply])), { url, displayName: "Work", color: null }, signal);
}

describe("makeCalendar", () => {
  it.each(["Work & <Home>", "a &amp; b", "2026.10", "true", " Ä ", "con\u0001trol"])(
    "sends the name %j as it is",
    async (displayName) => {
      const server = fakeServer([{ status: 201 }]);
      expect(await makeCalendar(clientOf(server), { url, displayName, color: "#2563EB" }, signal)).toBe(
        "created",
      );
      expect(server.sent[0]).toMatchObject({ method: "MKCALENDAR", url: url.href });
      expect(leavesOf(bodyOf(server))).toEqual([
        `{DAV:}displayname=${displayName.replace("\u0001", "")}`,
        "{http://apple.com/ns/ical/}calendar-color=#2563EB",
        "{urn:ietf:params:xml:ns:caldav}comp=VEVENT",
      ]);
    },
  );

  it.each([
    ["405", { status: 405 }],
    ["409 resource-must-be-null", { status: 409, body: davError("resource-must-be-null") }],
    [
      "the same hidden in a 207",
      multistatus(failed("/c/work/", 403, "<d:error><d:resource-must-be-null/></d:error>")),
    ],
  ])("knows by %s that something is there", async (_how, reply) => {
    expect(await make(reply)).toBe("exists");
  });

  const refusals: readonly Reply[] = [
    { status: 400 },
    { status: 403 },
    { status: 409 },
    { status: 415 },
    { status: 422 },
    multistatus(`<d:response><d:href>/c/work/</d:href>${propstat(403, "<i:calendar-color/>")}</d:response>`),
  ];
  it.each(refusals)(
    "makes it without name and colour where the server refuses them with %j",
    async (refusal) => {
      const server = fakeServer(({ method, body }) => {
        if (method === "PROPFIND") return { status: 404 };
        return propertiesIn(body).length > 1 ? refusal : { status: 201 };
      });
      expect(
        await makeCalendar(clientOf(server), { url, displayName: "Work", color: "#2563EB" }, signal),
      ).toBe("created");
      expect(propertiesIn(server.sent.at(-1)?.body ?? "")).toEqual(["{urn:ietf:params:xml:ns:caldav}comp"]);
    },
  );

  it.each(refusals)("looks whether it is there where the server answers %j", async (refusal) => {
    const there = multistatus(
      found("/c/work/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"),
    );
    const server = fakeServer(({ method }) => (method === "PROPFIND" ? there : refusal));
    expect(await makeCalendar(clientOf(server), { url, displayName: "Work", color: null }, signal)).toBe(
      "exists",
    );
    expect(server.sent.map(({ method }) => method)).toEqual(["MKCALENDAR", "PROPFIND"]);
  });

  it("fails as refused where the server takes it in no form", async () => {
    const server = fakeServer(({ method }) => ({ status: method === "PROPFIND" ? 404 : 409 }));
    const making = makeCalendar(clientOf(server), { url, displayName: "Work", color: null }, signal);
    await expect(making).rejects.toMatchObject({ kind: "conflict" });
    expect(server.sent).toHaveLength(3);
  });

  it.each([
    ["auth", { status: 401 }],
    ["forbidden", { status: 403 }],
    ["conflict", { status: 409 }],
    ["transient", { status: 503 }],
    ["protocol", { status: 302, headers: { location: "https://evil.example/" } }],
    ["transient", { status: 302, headers: { location: "/admin/install/" } }],
    [
      "refused",
      multistatus(`<d:response><d:href>/c/work/</d:href>${propstat(403, "<d:displayname/>")}</d:response>`),
    ],
  ])("fails as %s for %j", async (kind, reply) => {
    await expect(make(reply)).rejects.toMatchObject({ kind });
  });
});

describe("setProperties", () => {
  const properties = [
    { name: ["DAV:", "displayname"], value: "a & <b>" },
    { name: ["http://apple.com/ns/ical/", "calendar-color"], value: "#123456" },
  ] as const;
  const set = (reply: Reply) => setProperties(clientOf(fakeServer([reply])), url, properties, signal);

  it("sends all in one request", async () => {
    const server = fakeServer([multistatus(found("/c/work/", "<d:displayname/><i:calendar-color/>"))]);
    expect(await setProperties(clientOf(server), url, properties, signal)).toEqual([]);
    expect(server.sent).toHaveLength(1);
    expect(leavesOf(bodyOf(server))).toEqual([
      "{DAV:}displayname=a & <b>",
      "{http://apple.com/ns/ical/}calendar-color=#123456",
    ]);
  });

  it("returns what was refused or passed over", async () => {
    const mixed = multistatus(
      `<d:response><d:href>/c/work/</d:href>${propstat(403, "<d:displayname/>")}</d:response>`,
    );
    expect(await set(mixed)).toEqual([
      { name: properties[0].name, status: 403 },
      { name: properties[1].name, status: null },
    ]);
    expect((await set(multistatus(failed("/c/work/", 423)))).map(({ status }) => status)).toEqual([423, 423]);
  });

  it("sends nothing for nothing, and fails on anything but a 207", async () => {
    const server = fakeServer([{ status: 200 }]);
    await setProperties(clientOf(server), url, [], signal);
    expect(server.sent).toEqual([]);
    await expect(set({ status: 200 })).rejects.toMatchObject({ kind: "protocol" });
  });
});

function sharee(href: string, access: string, state: string): string {
  const shareAccess = `<d:share-access><d:${access}/></d:share-access>`;
  return `<d:sharee><d:href>${href}</d:href><d:prop/>${shareAccess}<d:${state}/></d:sharee>`;
}

describe("sharing", () => {
  it("asks for a share as sabre/dav reads it", async () => {
    const server = fakeServer([{ status: 200 }]);
    await shareCalendar(
      clientOf(server),
      url,
      { href: "mailto:me&you@calendar.invalid", access: "read" },
      signal,
    );
    expect(server.sent[0]).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/davsharing+xml" },
    });
    expect(bodyOf(server)).toMatchObject({ namespace: "DAV:", local: "share-resource" });
    expect(leavesOf(bodyOf(server))).toEqual(["{DAV:}href=mailto:me&you@calendar.invalid", "{DAV:}read="]);
  });

  it("fails where the server refuses", async () => {
    const share = shareCalendar(
      clientOf(fakeServer([{ status: 403 }])),
      url,
      { href: "mailto:a@b.invalid", access: "read-write" },
      signal,
    );
    await expect(share).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("reads the sharees back", async () => {
    const invite =
      sharee("/dav.php/principals/me", "shared-owner", "invite-accepted") +
      sharee("mailto:phone@calendar.invalid", "read", "invite-invalid");
    const client = clientOf(fakeServer([multistatus(found("/c/work/", `<d:invite>${invite}</d:invite>`))]));
    expect(await readSharees(client, url, signal)).toEqual([
      { href: "/dav.php/principals/me", access: "owner", invite: "accepted" },
      { href: "mailto:phone@calendar.invalid", access: "read", invite: "invalid" },
    ]);
  });

  it("knows a server without sharing", async () => {
    const none = multistatus(
      `<d:response><d:href>/c/work/</d:href>${propstat(404, "<d:invite/>")}</d:response>`,
    );
    expect(await readSharees(clientOf(fakeServer([none])), url, signal)).toBeNull();
  });
});

function get(reply: Reply): Promise<FetchedObject | null> {
  return getObject(clientOf(fakeServer([reply])), at("/c/work/a.ics"), signal);
}

describe("getObject", () => {
  it("reads an object, or its absence", async () => {
    const body = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    expect(await get({ status: 200, headers: { etag: 'W/"1"' }, body })).toEqual({ etag: '"1"', data: body });
    expect(await get({ status: 404 })).toBeNull();
    expect(await get({ status: 410 })).toBeNull();
  });

  it.each([
    ["protocol", { status: 200, body: "<html>Log in</html>" }],
    ["protocol", { status: 204 }],
    ["forbidden", { status: 403 }],
    ["transient", { status: 500 }],
    ["auth", { status: 401 }],
  ])("fails as %s for %j", async (kind, reply) => {
    await expect(get(reply)).rejects.toMatchObject({ kind });
  });
});
