import { describe, expect, it } from "vitest";
import { createSink } from "../../../src/sink/caldav-sink.ts";
import { createDryRunSink } from "../../../src/sink/dry-run-sink.ts";
import { failed, home, multistatus, ok, type Received, ScriptedCaldav } from "./scripted-caldav.ts";
import { asConfigured, openSink, path, signal, spec, standing } from "./sink-under-test.ts";

const notThere = { status: 404 };

const takeProperty = ({ body }: Received) =>
  multistatus(ok(path, body.includes("displayname") ? "<d:displayname/>" : "<a:calendar-color/>"));

describe("opening a target", () => {
  it("costs one request where everything stands as configured", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${path}`, standing());
    const sink = openSink(createSink, server);
    const target = await sink.openTarget(spec, path, signal);
    expect(target).toMatchObject({ href: path, created: false, warnings: [] });
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
    await sink.openTarget(spec, path, signal);
    expect(server.received.length).toBe(1);
  });

  it("makes the collection where the id puts it, for events only", async () => {
    let isMade = false;
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${path}`, () => (isMade ? standing() : notThere))
      .on(`MKCALENDAR ${path}`, () => {
        isMade = true;
        return { status: 201 };
      });
    const target = await openSink(createSink, server).openTarget(spec, null, signal);
    expect(target).toMatchObject({ href: path, created: true, warnings: [] });
    const made = server.received.find(({ method }) => method === "MKCALENDAR");
    expect(made?.body).toContain("All Events");
    expect(made?.body.match(/comp name="\w+"/g)).toEqual(['comp name="VEVENT"']);
  });

  it("uses what stands at that path, and asks for no display name", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${path}`, standing());
    const target = await openSink(createSink, server).openTarget(spec, null, signal);
    expect(target.created).toBe(false);
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
  });

  it("does not make a bound collection anew: it says what to do", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${home}bound/`, notThere);
    const opening = openSink(createSink, server).openTarget(spec, `${home}bound/`, signal);
    await expect(opening).rejects.toMatchObject({ kind: "missing", remedy: expect.stringMatching(/\w\.$/) });
    expect(server.takeLines()).toEqual([`PROPFIND ${home}bound/`]);
  });

  it.each([
    ["a redirect to the installer", { status: 302, headers: { location: "/admin/install/" } }, "transient"],
    ["an outage", { status: 503 }, "transient"],
    ["a refused password", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }, "auth"],
    [
      "a collection that is no calendar",
      multistatus(ok(path, "<d:resourcetype><d:collection/></d:resourcetype>")),
      "protocol",
    ],
    [
      "a calendar that may only be read",
      standing(
        "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set>",
      ),
      "forbidden",
    ],
  ])("makes nothing because of %s", async (_what, answer, kind) => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${path}`, answer)
      .on("PROPFIND /admin/install/", { status: 200, body: "<html>Install</html>" });
    await expect(openSink(createSink, server).openTarget(spec, null, signal)).rejects.toMatchObject({ kind });
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
  });

  it.each([
    ["nothing", asConfigured, spec, null],
    ["another spelling of the colour", asConfigured.replace("#2563EBFF", "#2563eb"), spec, null],
    ["no configured colour", asConfigured.replace("#2563EBFF", "#000000"), { ...spec, color: null }, null],
    ["another name", asConfigured.replace("All", "Old"), spec, "displayname"],
    ["another colour", asConfigured.replace("#2563EBFF", "#FF0000FF"), spec, "calendar-color"],
  ])("sets what differs: %s", async (_what, properties, wanted, changed) => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${path}`, standing(properties))
      .on(`PROPPATCH ${path}`, takeProperty);
    const target = await openSink(createSink, server).openTarget(wanted, path, signal);
    const patches = server.received.filter(({ method }) => method === "PROPPATCH");
    expect(patches.map(({ body }) => /displayname|calendar-color/.exec(body)?.[0])).toEqual(
      changed === null ? [] : [changed],
    );
    expect(target.warnings).toEqual([]);
  });

  it("warns of a name that the server does not take, and opens all the same", async () => {
    const server = new ScriptedCaldav()
      .on(`PROPFIND ${path}`, standing(asConfigured.replace("All", "Old")))
      .on(`PROPPATCH ${path}`, multistatus(failed(path, 403)));
    const target = await openSink(createSink, server).openTarget(spec, path, signal);
    expect(target.warnings).toEqual([expect.stringMatching(/displayname.*"all".*403/)]);
  });
});

describe("a dry run", () => {
  it("takes a collection that is not made yet for an empty one", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${path}`, notThere);
    const target = await openSink(createDryRunSink, server).openTarget(spec, null, signal);
    expect(target).toMatchObject({ href: path, created: true });
    expect((await target.list(signal)).size).toBe(0);
    expect(await Array.fromAsync(target.read(["a.ics"], signal))).toEqual([]);
    expect(await target.create("a.ics", "", signal)).toMatchObject({ kind: "written" });
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
  });

  it("drops every write, and changes neither name nor sharing", async () => {
    const server = new ScriptedCaldav().on(`PROPFIND ${path}`, standing(""));
    const phone = { username: "phone", address: null };
    const target = await openSink(createDryRunSink, server, phone).openTarget(spec, path, signal);
    expect(await target.create("a.ics", "", signal)).toMatchObject({ kind: "written" });
    expect(await target.update("a.ics", "", '"1"', signal)).toMatchObject({ kind: "written" });
    expect(await target.remove("a.ics", '"1"', signal)).toEqual({ kind: "removed" });
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
  });
});
