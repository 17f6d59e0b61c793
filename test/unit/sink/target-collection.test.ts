import { describe, expect, it } from "vitest";
import { createSink } from "../../../src/sink/caldav-sink.ts";
import { type Answer, calendar, etag, failed, multistatus, ok, ScriptedCaldav } from "./scripted-caldav.ts";
import { openStanding, path, signal } from "./sink-under-test.ts";

const body = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
const other = body.replace("END:", "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260102T030000Z\r\nEND:VEVENT\r\nEND:");
const changed = "BEGIN:VCALENDAR\r\nX-ADDED:1\r\nEND:VCALENDAR\r\n";
const written = { status: 201, headers: { ETag: '"2"' } };
const davError = (status: number, inner: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://sabredav.org/ns">${inner}</d:error>`,
});
const sabre412 = davError(
  412,
  "<s:exception>Sabre\\DAV\\Exception\\PreconditionFailed</s:exception><s:message>An If-Match header failed.</s:message>",
);

type Operation = "create" | "update" | "remove";
const attempt = async (operation: Operation, server: ScriptedCaldav) => {
  const target = await openStanding(createSink, server);
  switch (operation) {
    case "create":
      return target.create("a.ics", body, signal);
    case "update":
      return target.update("a.ics", body, '"1"', signal);
    case "remove":
      return target.remove("a.ics", '"1"', signal);
    default:
      return operation satisfies never;
  }
};
const answering = (operation: Operation, answer: Answer) =>
  new ScriptedCaldav().on(`${operation === "remove" ? "DELETE" : "PUT"} ${path}a.ics`, answer);

const refused = (status: number) => ({ kind: "refused", status, reason: expect.stringMatching(/\S/) });

describe("the outcome of a write", () => {
  it.each<[Operation, string, Answer, object]>([
    ["create", "201", written, { kind: "written", etag: '"2"', stored: null }],
    ["update", "204", { ...written, status: 204 }, { kind: "written", etag: '"2"', stored: null }],
    ["remove", "204", { status: 204 }, { kind: "removed" }],
    ["create", "412", sabre412, { kind: "precondition-failed" }],
    ["update", "412", sabre412, { kind: "precondition-failed" }],
    ["remove", "412", { status: 412 }, { kind: "precondition-failed" }],
    ["update", "412 that names its header", davError(412, "<d:if-match/>"), { kind: "precondition-failed" }],
    ["update", "404", { status: 404 }, { kind: "missing" }],
    ["update", "410", { status: 410 }, { kind: "missing" }],
    ["remove", "404", { status: 404 }, { kind: "missing" }],
    ["create", "403", { status: 403 }, refused(403)],
    ["create", "409", davError(409, "<c:no-uid-conflict/>"), refused(409)],
    ["create", "415", davError(415, "<s:message>Validation error in iCalendar</s:message>"), refused(415)],
    ["update", "500", { status: 500 }, refused(500)],
    ["remove", "403", { status: 403 }, refused(403)],
    ["create", "412 for the body", davError(412, "<c:valid-calendar-data/>"), refused(412)],
  ])("of %s, %s", async (operation, _status, answer, expected) => {
    expect(await attempt(operation, answering(operation, answer))).toEqual(expected);
  });

  it("repeats the server's own words", async () => {
    const answer = davError(415, "<s:message> Validation error in iCalendar: two masters </s:message>");
    const outcome = await attempt("create", answering("create", answer));
    expect(outcome).toMatchObject({
      reason: expect.stringContaining("Validation error in iCalendar: two masters"),
    });
  });

  it.each<[Operation, number, string]>([
    ["create", 401, "auth"],
    ["create", 429, "throttled"],
    ["update", 503, "transient"],
    ["remove", 502, "transient"],
    ["create", 404, "missing"],
  ])("of %s is unknown after a %i", async (operation, status, kind) => {
    await expect(attempt(operation, answering(operation, { status }))).rejects.toMatchObject({ kind });
  });

  it("of a server without room is an error that says so", async () => {
    const trying = attempt("create", answering("create", { status: 507 }));
    await expect(trying).rejects.toMatchObject({
      kind: "transient",
      remedy: expect.stringContaining("full"),
    });
  });

  it.each<[Operation]>([["create"], ["update"]])("of %s without ETag is read back", async (operation) => {
    const server = answering(operation, { status: 201 });
    server.on(`GET ${path}a.ics`, { status: 200, headers: { etag: '"3"' }, body: changed });
    expect(await attempt(operation, server)).toEqual({ kind: "written", etag: '"3"', stored: changed });
    expect(server.takeLines()).toEqual([`PUT ${path}a.ics`, `GET ${path}a.ics`]);
  });

  it("of an update that changed nothing, whatever the answer, is not believed", async () => {
    const server = answering("update", { status: 204 });
    server.on(`GET ${path}a.ics`, { status: 200, headers: { etag: '"1"' }, body: other });
    await expect(attempt("update", server)).rejects.toMatchObject({
      kind: "protocol",
      remedy: expect.stringContaining("next run"),
    });
    server.on(`GET ${path}a.ics`, { status: 200, headers: { etag: '"1"' }, body });
    expect(await attempt("update", server)).toMatchObject({ kind: "written", etag: '"1"' });
  });

  it("is missing where the object was gone again before it could be read back", async () => {
    const server = answering("create", { status: 201 }).on(`GET ${path}a.ics`, { status: 404 });
    expect(await attempt("create", server)).toEqual({ kind: "missing" });
  });
});

describe("every write", () => {
  it.each<[Operation, string, string]>([
    ["create", "if-none-match", "*"],
    ["update", "if-match", '"1"'],
    ["remove", "if-match", '"1"'],
  ])("is conditional and lets nobody be mailed: %s", async (operation, name, value) => {
    const server = answering(operation, written);
    await attempt(operation, server);
    const headers = Object.entries(server.received[0]?.headers ?? {});
    expect(Object.fromEntries(headers.map(([key, each]) => [key.toLowerCase(), each]))).toMatchObject({
      [name]: value,
      "schedule-reply": "F",
    });
  });

  it("uses the strong form of a tag that a proxy made weak", async () => {
    const server = answering("update", written);
    const target = await openStanding(createSink, server);
    await target.update("a.ics", body, 'W/"1"', signal);
    expect(server.received[0]?.headers).toMatchObject({ "if-match": '"1"' });
  });

  it("waits for the one before it", async () => {
    const answers: PromiseWithResolvers<Answer>[] = [];
    const slow = () => {
      const answer = Promise.withResolvers<Answer>();
      answers.push(answer);
      return answer.promise;
    };
    const server = new ScriptedCaldav()
      .on(`PUT ${path}a.ics`, slow)
      .on(`PUT ${path}b.ics`, slow)
      .on(`DELETE ${path}c.ics`, slow);
    const target = await openStanding(createSink, server);
    const all = [
      target.create("a.ics", body, signal),
      target.create("b.ics", body, signal),
      target.remove("c.ics", '"1"', signal),
    ];
    for (const [index, outcome] of all.entries()) {
      await expect.poll(() => answers.length).toBe(index + 1);
      answers[index]?.resolve(written);
      await outcome;
    }
    expect(server.takeLines().map((line) => line.slice(-5))).toEqual(["a.ics", "b.ics", "c.ics"]);
  });
});

describe("reading a collection", () => {
  it("lists names with strong ETags, and asks for one that the listing leaves out", async () => {
    const server = new ScriptedCaldav();
    const target = await openStanding(createSink, server);
    const weak = "<d:getetag>W/&quot;1&quot;</d:getetag>";
    server
      .on(
        `PROPFIND ${path}`,
        multistatus(
          calendar(path),
          ok(`${path}a%20b.ics`, weak),
          ok(`${path}c.ics`, ""),
          ok(`${path}d.ics`, ""),
        ),
      )
      .on(`GET ${path}c.ics`, { status: 200, headers: { etag: '"3"' }, body })
      .on(`GET ${path}d.ics`, { status: 404 });
    expect([...(await target.list(signal))]).toEqual([
      ["a b.ics", '"1"'],
      ["c.ics", '"3"'],
    ]);
  });

  it.each([
    ["an outage", { status: 503 }],
    ["an answer without the collection itself", multistatus(ok(`${path}a.ics`, etag("1")))],
    ["a redirect to the installer", { status: 302, headers: { location: "/admin/install/" } }],
    ["a page of HTML", { status: 200, body: "<html/>" }],
    ["a truncated answer", { status: 207, body: "<d:multistatus xmlns:d='DAV:'><d:resp" }],
  ])("never lists less because of %s", async (_what, answer) => {
    const server = new ScriptedCaldav().on("PROPFIND /admin/install/", { status: 200, body: "<html/>" });
    const target = await openStanding(createSink, server);
    server.on(`PROPFIND ${path}`, answer);
    await expect(target.list(signal)).rejects.toMatchObject({ name: "RemoteError" });
  });

  it("reads in batches, and asks once more for what a batch left out", async () => {
    const server = new ScriptedCaldav().on(
      `calendar-multiget ${path}`,
      multistatus(
        ok(`${path}a.ics`, `${etag("1")}<c:calendar-data>${body}</c:calendar-data>`),
        failed(`${path}b.ics`, 404),
      ),
    );
    const target = await openStanding(createSink, server);
    server
      .on(`GET ${path}c.ics`, { status: 200, headers: { etag: '"3"' }, body })
      .on(`GET ${path}d.ics`, { status: 404 });
    const read = await Array.fromAsync(target.read(["a.ics", "b.ics", "c.ics", "d.ics"], signal));
    expect(read).toMatchObject([
      [
        { name: "a.ics", etag: '"1"' },
        { name: "c.ics", etag: '"3"', ics: body },
      ],
    ]);
  });

  it("gives what it has read of a batch before it throws for one that cannot be read", async () => {
    const server = new ScriptedCaldav().on(
      `calendar-multiget ${path}`,
      multistatus(
        failed(`${path}a.ics`, 500),
        ok(`${path}b.ics`, `${etag("2")}<c:calendar-data>${body}</c:calendar-data>`),
      ),
    );
    const target = await openStanding(createSink, server);
    server.on(`GET ${path}a.ics`, { status: 500 });
    const batches = target.read(["a.ics", "b.ics"], signal)[Symbol.asyncIterator]();
    expect(await batches.next()).toMatchObject({ value: [{ name: "b.ics" }] });
    await expect(batches.next()).rejects.toMatchObject({ status: 500 });
  });

  it("throws where an object that is there cannot be read", async () => {
    const server = new ScriptedCaldav().on(
      `calendar-multiget ${path}`,
      multistatus(failed(`${path}a.ics`, 403)),
    );
    const target = await openStanding(createSink, server);
    server.on(`GET ${path}a.ics`, { status: 403 });
    await expect(Array.fromAsync(target.read(["a.ics"], signal))).rejects.toMatchObject({
      kind: "forbidden",
    });
  });
});
