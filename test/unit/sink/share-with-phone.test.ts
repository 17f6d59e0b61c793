import { describe, expect, it } from "vitest";
import { createSink } from "../../../src/sink/caldav-sink.ts";
import { calendar, home, multistatus, type Received, ScriptedCaldav } from "./scripted-caldav.ts";
import { asConfigured, openSink, path, signal, spec } from "./sink-under-test.ts";

type Sharee = { readonly access: string; readonly invite: string };

/** A server that shares with the hrefs it resolves, and says yes to the others too. */
function sharingServer(resolvable: readonly string[], standing: Readonly<Record<string, Sharee>> = {}) {
  const sharees = new Map(Object.entries(standing));
  const invite = () =>
    [...sharees].map(
      ([href, { access, invite: state }]) =>
        `<d:sharee><d:href>${href}</d:href><d:share-access><d:${access}/></d:share-access><d:invite-${state}/></d:sharee>`,
    );
  return new ScriptedCaldav()
    .on(`PROPFIND ${path}`, ({ body }) =>
      multistatus(
        calendar(
          path,
          asConfigured + (body.includes("invite") ? `<d:invite>${invite().join("")}</d:invite>` : ""),
        ),
      ),
    )
    .on(`POST ${path}`, ({ body }: Received) => {
      const href = /href[^>]*>([^<]+)</.exec(body)?.[1] ?? "";
      const access = body.includes("read-write") ? "read-write" : "read";
      sharees.set(href, { access, invite: resolvable.includes(href) ? "accepted" : "invalid" });
      return { status: 200 };
    });
}

const open = (
  server: ScriptedCaldav,
  phone: { username: string; address: string | null },
  writable = false,
) => openSink(createSink, server, phone).openTarget({ ...spec, writable }, path, signal);

const phone = { username: "phone", address: null };
const withAddress = { username: "phone", address: "phone@calendar.invalid" };
const shares = (server: ScriptedCaldav) =>
  server.received
    .filter(({ method }) => method === "POST")
    .map(({ body }) => [/href[^>]*>([^<]+)</.exec(body)?.[1], body.includes("read-write")]);

describe("sharing with the phone", () => {
  it("costs one request more where it stands as configured", async () => {
    const server = sharingServer([], {
      "mailto:phone@calendar.invalid": { access: "read", invite: "accepted" },
    });
    expect((await open(server, withAddress)).warnings).toEqual([]);
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`, `PROPFIND ${path}`]);
  });

  it.each([
    ["by address", withAddress, "mailto:phone@calendar.invalid", false],
    ["by principal", phone, "principals/phone", false],
    ["writable", phone, "principals/phone", true],
  ])("is arranged %s", async (_how, principal, href, writable) => {
    const server = sharingServer([href]);
    expect((await open(server, principal, writable)).warnings).toEqual([]);
    expect(shares(server)).toEqual([[href, writable]]);
    const again = await open(server, principal, writable);
    expect(again.warnings).toEqual([]);
    expect(shares(server).length).toBe(1);
  });

  it("tries the principal where the server answers 200 to an address it does not know", async () => {
    const server = sharingServer(["principals/phone"]);
    expect((await open(server, withAddress)).warnings).toEqual([]);
    expect(shares(server).map(([href]) => href)).toEqual([
      "mailto:phone@calendar.invalid",
      "principals/phone",
    ]);
  });

  it("changes the access under the href that stands, so that the phone keeps one instance", async () => {
    const href = "/dav.php/principals/phone";
    const server = sharingServer([href], { [href]: { access: "read", invite: "accepted" } });
    expect((await open(server, withAddress, true)).warnings).toEqual([]);
    expect(shares(server)).toEqual([[href, true]]);
  });

  it("leaves other sharees alone", async () => {
    const others = { "principals/phone2": { access: "read", invite: "accepted" } };
    const server = sharingServer(["principals/phone"], others);
    await open(server, phone);
    expect(shares(server)).toEqual([["principals/phone", false]]);
  });

  it.each([
    ["nobody by this name", sharingServer([])],
    ["no sharing", new ScriptedCaldav().on(`PROPFIND ${path}`, multistatus(calendar(path, asConfigured)))],
    ["a refusal", sharingServer(["principals/phone"]).on(`POST ${path}`, { status: 403 })],
    ["a failure", sharingServer(["principals/phone"]).on(`POST ${path}`, { status: 500 })],
  ])("ends in a warning where the server has %s", async (_what, server) => {
    const target = await open(server, phone);
    expect(target.warnings).toEqual([expect.stringMatching(/"all".*"phone".*read-only/)]);
    expect(target.href.startsWith(home)).toBe(true);
  });

  it("is not needed where the phone uses the daemon's own principal", async () => {
    const server = sharingServer([]);
    expect((await open(server, { username: "owner", address: null })).warnings).toEqual([]);
    expect(server.takeLines()).toEqual([`PROPFIND ${path}`]);
  });
});
