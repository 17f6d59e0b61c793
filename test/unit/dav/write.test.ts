import { describe, expect, it } from "vitest";
import { deleteObject, putObject, type PutRequest } from "../../../src/dav/write.ts";
import {
  at,
  clientOf,
  failed,
  fakeServer,
  multistatus,
  propstat,
  type Reply,
  signal,
} from "./fake-server.ts";

const url = at("/c/work/a.ics");
const absent: PutRequest["condition"] = { kind: "absent" };
const match: PutRequest["condition"] = { kind: "match", etag: '"1"' };
const put = (reply: Reply, condition: PutRequest["condition"] = match) =>
  putObject(clientOf(fakeServer([reply])), { url, ics: "BEGIN", condition }, signal);
const remove = (reply: Reply) => deleteObject(clientOf(fakeServer([reply])), { url, etag: '"1"' }, signal);
const davError = (...names: readonly string[]) =>
  `<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://sabredav.org/ns">${names.join("")}</d:error>`;
const uidConflict = "{urn:ietf:params:xml:ns:caldav}no-uid-conflict";

describe("putObject", () => {
  it("always carries a condition, and asks for no mail", async () => {
    const server = fakeServer([{ status: 201, headers: { etag: '"2"' } }]);
    const client = clientOf(server);
    await putObject(client, { url, ics: "BEGIN", condition: absent }, signal);
    await putObject(client, { url, ics: "BEGIN", condition: { kind: "match", etag: 'W/"1"' } }, signal);
    await putObject(client, { url, ics: "BEGIN", condition: { kind: "match", etag: "unquoted" } }, signal);
    expect(server.sent.map(({ headers }) => [headers["if-none-match"], headers["if-match"]])).toEqual([
      ["*", undefined],
      [undefined, '"1"'],
      [undefined, '"unquoted"'],
    ]);
    for (const { method, headers, body } of server.sent) {
      expect([method, headers["schedule-reply"], body]).toEqual(["PUT", "F", "BEGIN"]);
      expect(headers["content-type"]).toMatch(/^text\/calendar/);
    }
  });

  it.each(["", '""', "*"])("sends nothing without an ETag to match (%j)", async (etag) => {
    const server = fakeServer([{ status: 204 }]);
    const request = { url, ics: "BEGIN", condition: { kind: "match", etag } } as const;
    await expect(putObject(clientOf(server), request, signal)).rejects.toMatchObject({ kind: "refused" });
    await expect(deleteObject(clientOf(server), { url, etag }, signal)).rejects.toMatchObject({
      kind: "refused",
    });
    expect(server.sent).toEqual([]);
  });

  it.each([
    [201, { etag: '"2"' }, '"2"'],
    [204, { etag: 'W/"2"' }, '"2"'],
    [204, {}, null],
  ])("is written with %d and %j", async (status, headers, etag) => {
    expect(await put({ status, headers })).toEqual({ kind: "written", etag });
  });

  it("tells a lost condition from a missing object", async () => {
    expect(await put({ status: 412 })).toEqual({ kind: "precondition-failed" });
    expect(await put({ status: 412 }, absent)).toEqual({ kind: "precondition-failed" });
    expect(await put({ status: 404 })).toEqual({ kind: "missing" });
    expect(await put({ status: 410 })).toEqual({ kind: "missing" });
  });

  it.each([404, 410, 409])("takes a bare %d on a new object for a missing collection", async (status) => {
    await expect(
      put({ status, body: davError("<s:message>Parent node does not exist</s:message>") }, absent),
    ).rejects.toMatchObject({ kind: "missing" });
  });

  it("says why an object was refused", async () => {
    const body = davError(
      "<s:exception>UnsupportedMediaType</s:exception>",
      "<s:message>Validation error: two masters</s:message>",
      "<c:valid-calendar-data/>",
    );
    expect(await put({ status: 415, body })).toEqual({
      kind: "refused",
      status: 415,
      code: "{urn:ietf:params:xml:ns:caldav}valid-calendar-data",
      reason: expect.stringMatching(/415.*two masters/),
    });
    expect(await put({ status: 409, body: davError("<c:no-uid-conflict/>") }, absent)).toMatchObject({
      kind: "refused",
      code: uidConflict,
    });
    expect(await put({ status: 412, body: davError("<c:no-uid-conflict/>") }, absent)).toMatchObject({
      kind: "refused",
      code: uidConflict,
    });
    expect(await put({ status: 500 })).toMatchObject({ kind: "refused", status: 500, code: null });
  });

  it.each([
    [403, /right to write/],
    [415, /save it there once more/],
  ])("says what can be done about a %i", async (status, remedy) => {
    expect(await put({ status })).toMatchObject({ kind: "refused", reason: expect.stringMatching(remedy) });
  });

  it("finds the refusal that xandikos hides in a 207", async () => {
    const hidden = multistatus(failed("/c/work/a.ics", 412, "<d:error><c:no-uid-conflict/></d:error>"));
    expect(await put(hidden, absent)).toMatchObject({ kind: "refused", status: 412, code: uidConflict });
    const inPropstat = multistatus(
      `<d:response><d:href>/c/work/a.ics</d:href>${propstat(403, "<d:x/>")}</d:response>`,
    );
    expect(await put(inPropstat)).toMatchObject({ kind: "refused", status: 403 });
    expect(await put(multistatus(failed("/c/work/a.ics", 201)))).toEqual({ kind: "written", etag: null });
  });

  it("throws where it is not known whether the write landed", async () => {
    await expect(put({ status: 502 })).rejects.toMatchObject({ kind: "transient" });
    await expect(put({ status: 207, body: "<html/>" })).rejects.toMatchObject({ kind: "protocol" });
  });
});

describe("deleteObject", () => {
  it("matches the ETag and asks for no mail", async () => {
    const server = fakeServer([{ status: 204 }]);
    expect(await deleteObject(clientOf(server), { url, etag: 'W/"1"' }, signal)).toEqual({ kind: "removed" });
    expect(server.sent[0]).toMatchObject({
      method: "DELETE",
      headers: { "if-match": '"1"', "schedule-reply": "F" },
    });
  });

  it.each([
    [200, "removed"],
    [404, "missing"],
    [410, "missing"],
    [412, "precondition-failed"],
    [403, "refused"],
    [423, "refused"],
    [500, "refused"],
  ])("answered with %d is %s", async (status, kind) => {
    expect(await remove({ status })).toMatchObject({ kind });
  });

  it("finds the failure inside a 207", async () => {
    expect(await remove(multistatus(failed("/c/work/a.ics", 423)))).toMatchObject({
      kind: "refused",
      status: 423,
    });
  });
});
