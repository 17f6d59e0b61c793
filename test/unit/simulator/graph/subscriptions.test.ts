import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createServerIdentity } from "../../../../simulator/certificates.ts";
import { clientId, codeOf, fetchToken, user, valuesOf } from "./client.ts";
import { inMinutes, minute, now, startSubscriber, startWebhook } from "./webhook.ts";
import type { EndpointAnswer, Subscriber } from "./webhook.ts";

const identity = await createServerIdentity(["localhost", "127.0.0.1"]);
let subscriber: Subscriber;

beforeEach(async () => {
  subscriber = await startSubscriber(identity);
});
afterEach(() => subscriber[Symbol.asyncDispose]());

const otherApp = "22222222-2222-2222-2222-222222222222";

/** An instant so many minutes from `now`, as Graph writes it. */
function shown(minutes: number): string {
  return inMinutes(minutes).replace("Z", "0000Z");
}

/** A token of another app of the same tenant. */
function otherAppsToken(permissions?: readonly string[]): Promise<string> {
  const app = { tenant: "contoso.example", clientId: otherApp, secret: "open sesame" };
  subscriber.simulator.addApp({ ...app, ...(permissions === undefined ? {} : { permissions }) });
  return fetchToken(subscriber.simulator, { client_id: otherApp });
}

describe("creating a subscription", () => {
  it("validates both endpoints and shows what was granted", async () => {
    const answer = await subscriber.subscribe();
    expect([answer.status, answer.json]).toEqual([
      201,
      expect.objectContaining({
        "@odata.context": expect.stringMatching(/\/v1\.0\/\$metadata#subscriptions\/\$entity$/),
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resource: `/users/${user}/events`,
        applicationId: clientId,
        changeType: "created,updated,deleted",
        clientState: "our secret",
        notificationUrl: subscriber.webhook.url,
        lifecycleNotificationUrl: subscriber.webhook.lifecycleUrl,
        expirationDateTime: "2026-11-03T12:00:00.0000000Z",
        latestSupportedTlsVersion: "v1_2",
        notificationContentType: "application/json",
      }),
    ]);
    const { received } = subscriber.webhook;
    expect(received.map(({ path }) => path)).toEqual(["/notifications", "/lifecycle"]);
    expect(received[0]).toMatchObject({ type: "text/plain; charset=utf-8", body: "" });
    expect(received[0]?.token).toMatch(/^Validation: .* <a\+b&c="100%">$/);
    expect(received[0]?.token).not.toBe(received[1]?.token);
    expect(subscriber.simulator.counters()).toMatchObject({ writes: 0 });
  });

  it.each<[string, (token: string) => EndpointAnswer, RegExp]>([
    ["202", (body) => ({ status: 202, body }), /200 OK/],
    ["a redirect", () => ({ status: 307, location: "https://localhost/" }), /200 OK/],
    ["HTML", (body) => ({ status: 200, type: "text/html", body }), /exactly match/],
    [
      "the token still encoded",
      (token) => ({ status: 200, body: encodeURIComponent(token) }),
      /exactly match/,
    ],
    ["the token with an end of line", (token) => ({ status: 200, body: `${token}\n` }), /exactly match/],
    ["nothing in time", () => "hang", /timed out/],
  ])("is refused when an endpoint answers %s", async (_name, validation, message) => {
    subscriber.simulator.setSwitches({ switches: { validationTimeoutMs: 50 } });
    subscriber.webhook.answers.validation = validation;
    const answer = await subscriber.subscribe({ lifecycleNotificationUrl: null });
    expect([answer.status, codeOf(answer)]).toEqual([400, "ValidationError"]);
    expect(answer.text).toMatch(message);
    expect(subscriber.simulator.subscriptions()).toEqual([]);
  });

  it("asks nobody outside, and no endpoint whose certificate it does not trust", async () => {
    for (const notificationUrl of [
      "https://calendar.example.com/",
      "https://192.0.2.1/",
      subscriber.tenant.login,
    ]) {
      const answer = await subscriber.subscribe({ notificationUrl });
      expect([answer.status, codeOf(answer)]).toEqual([400, "ValidationError"]);
    }
    expect(subscriber.simulator.deliveries().map(({ error }) => error)).toEqual([
      "calendar.example.com is not loopback.",
      "192.0.2.1 is not loopback.",
      null,
    ]);
    const stranger = await createServerIdentity(["localhost"]);
    await using other = await startWebhook(stranger);
    expect(codeOf(await subscriber.subscribe({ notificationUrl: other.url }))).toBe("ValidationError");
    expect(other.received).toEqual([]);
  });

  it.each([
    ["http", { notificationUrl: "http://localhost/" }, "InvalidRequest"],
    ["a lifecycle URL over http", { lifecycleNotificationUrl: "http://localhost/" }, "InvalidRequest"],
    ["no change type", { changeType: undefined }, "InvalidRequest"],
    ["an unknown change type", { changeType: "created,moved" }, "InvalidRequest"],
    ["one calendar's events", { resource: `/users/${user}/calendars/x/events` }, "InvalidRequest"],
    ["the user's own events", { resource: "/me/events" }, "InvalidRequest"],
    ["a clientState of 129 signs", { clientState: "x".repeat(129) }, "InvalidRequest"],
    ["no expiry", { expirationDateTime: undefined }, "InvalidRequest"],
    ["an expiry without an offset", { expirationDateTime: "2026-11-03T12:00:00" }, "InvalidRequest"],
    ["an expiry in the past", { expirationDateTime: inMinutes(-1) }, "InvalidRequest"],
    ["more than the longest life", { expirationDateTime: inMinutes(10_071) }, "ExtensionError"],
    ["a property that is none", { NotificationURL: "https://localhost/" }, "InvalidRequest"],
  ])("is refused with %s", async (_name, changes, code) => {
    const answer = await subscriber.subscribe(changes);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(subscriber.webhook.received).toEqual([]);
  });

  it("grants at least 45 minutes, and less than was asked for where so switched", async () => {
    const granted = async (minutes: number, changeType: string): Promise<unknown> =>
      (await subscriber.subscribe({ changeType, expirationDateTime: inMinutes(minutes) })).json[
        "expirationDateTime"
      ];
    expect(await granted(1, "created")).toBe(shown(45));
    expect(await granted(10_070, "updated")).toBe(shown(10_070));
    subscriber.simulator.setSwitches({
      switches: { expiryBeyondMax: "shortened", subscriptionMinutesMax: 4230 },
    });
    expect(await granted(10_080, "deleted")).toBe(shown(4230));
    subscriber.simulator.setSwitches({ switches: { subscriptionMinutesGranted: 60 } });
    expect(await granted(1440, "created,deleted")).toBe(shown(60));
  });

  it("refuses a duplicate, however the mailbox is named, unless so switched", async () => {
    const first = await subscriber.subscribe();
    const { objectId } = subscriber.simulator.addMailbox({
      tenant: "contoso.example",
      userPrincipalName: "bob@contoso.example",
    });
    const again = { resource: `users/${user.toUpperCase()}/events`, changeType: "deleted,created, updated" };
    const second = await subscriber.subscribe(again);
    expect([second.status, second.text]).toEqual([409, expect.stringContaining(String(first.json["id"]))]);
    expect((await subscriber.subscribe({ changeType: "created" })).status).toBe(201);
    expect((await subscriber.subscribe({ resource: `/Users/${objectId}/Events` })).status).toBe(201);
    expect((await subscriber.subscribe({}, await otherAppsToken())).status).toBe(201);
    subscriber.simulator.setSwitches({ switches: { duplicateSubscriptions: "allowed" } });
    expect((await subscriber.subscribe(again)).status).toBe(201);
  });

  it("refuses more subscriptions than a mailbox may have, of all apps together", async () => {
    subscriber.simulator.setSwitches({ switches: { subscriptionsPerMailboxMax: 1 } });
    await subscriber.subscribe({}, await otherAppsToken());
    const answer = await subscriber.subscribe();
    expect([answer.status, codeOf(answer)]).toEqual([403, "ExtensionError"]);
  });

  it("takes a token with the permission to read calendars, and a mailbox that can be reached", async () => {
    expect((await subscriber.subscribe({}, "nonsense")).status).toBe(401);
    const unpermitted = await otherAppsToken(["MailboxSettings.Read", "Calendars.ReadBasic"]);
    const denied = await subscriber.subscribe({}, unpermitted);
    expect([denied.status, codeOf(denied)]).toEqual([403, "ErrorAccessDenied"]);
    subscriber.simulator.setSwitches({ mailbox: user, switches: { access: "policy" } });
    expect((await subscriber.subscribe()).status).toBe(403);
    subscriber.simulator.setSwitches({ mailbox: user, switches: { access: "not-enabled" } });
    expect((await subscriber.subscribe()).status).toBe(404);
    expect((await subscriber.subscribe({ resource: "/users/nobody@contoso.example/events" })).status).toBe(
      404,
    );
  });

  it("can be made to fail", async () => {
    const once = { server: "graph", method: "POST", path: "/subscriptions$", times: 1 } as const;
    for (const status of [403, 409, 429, 503]) {
      subscriber.simulator.addFault({ ...once, effect: { kind: "status", status, retryAfter: "integer" } });
      expect((await subscriber.subscribe()).status).toBe(status);
    }
    subscriber.simulator.setSwitches({ switches: { validation: "never-sent" } });
    expect(codeOf(await subscriber.subscribe())).toBe("ValidationError");
    expect(subscriber.webhook.received).toEqual([]);
  });
});

describe("a subscription", () => {
  it("is shown without its clientState, in pages, to its own app and tenant only", async () => {
    const ids: string[] = [];
    for (const changeType of ["created", "updated", "deleted"]) {
      ids.push(String((await subscriber.subscribe({ changeType })).json["id"]));
    }
    expect((await subscriber.ask("GET", `/subscriptions/${ids[0]}`)).json).toMatchObject({
      id: ids[0],
      clientState: null,
    });
    subscriber.simulator.setSwitches({ switches: { subscriptionPageSize: 2 } });
    const first = await subscriber.ask("GET", "/subscriptions");
    const second = await subscriber.ask("GET", String(first.json["@odata.nextLink"]));
    expect([first, second].map((page) => valuesOf(page).map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2),
    ]);
    expect(second.json["@odata.nextLink"]).toBeUndefined();

    subscriber.simulator.addTenant({ domain: "fabrikam.example" });
    subscriber.simulator.addApp({ tenant: "fabrikam.example", clientId, secret: "open sesame" });
    const otherTenant = await fetchToken(subscriber.simulator, { tenant: "fabrikam.example" });
    for (const token of [otherTenant, await otherAppsToken()]) {
      expect(valuesOf(await subscriber.ask("GET", "/subscriptions", undefined, token))).toEqual([]);
      for (const method of ["GET", "DELETE"]) {
        const answer = await subscriber.ask(method, `/subscriptions/${ids[0]}`, undefined, token);
        expect([answer.status, codeOf(answer)]).toEqual([404, "ResourceNotFound"]);
      }
    }
    expect((await subscriber.ask("DELETE", `/subscriptions/${ids[0]}`)).status).toBe(204);
    expect((await subscriber.ask("GET", `/subscriptions/${ids[0]}`)).status).toBe(404);
  });

  it("is renewed, nothing else about it changes, and it is gone when it has expired", async () => {
    const path = `/subscriptions/${String((await subscriber.subscribe()).json["id"])}`;
    const renewed = await subscriber.ask("PATCH", path, { expirationDateTime: inMinutes(2880) });
    expect([renewed.status, renewed.json["expirationDateTime"]]).toEqual([
      200,
      "2026-11-04T12:00:00.0000000Z",
    ]);
    expect(subscriber.webhook.received).toHaveLength(2);
    const other = { expirationDateTime: inMinutes(2880), lifecycleNotificationUrl: subscriber.webhook.url };
    expect((await subscriber.ask("PATCH", path, other)).status).toBe(400);
    expect((await subscriber.ask("PATCH", path, { expirationDateTime: inMinutes(10_081) })).status).toBe(400);
    subscriber.simulator.setSwitches({ switches: { renewalValidated: true } });
    await subscriber.ask("PATCH", path, { expirationDateTime: inMinutes(2880) });
    expect(subscriber.webhook.received).toHaveLength(4);
    subscriber.simulator.advanceClock({ ms: 2880 * minute });
    const token = await fetchToken(subscriber.simulator);
    const late = { expirationDateTime: new Date(now + 4000 * minute).toISOString() };
    for (const [method, body] of [["GET"], ["PATCH", late], ["DELETE"]] as const) {
      expect((await subscriber.ask(method, path, body, token)).status).toBe(404);
    }
  });

  it("is not reauthorized within ten minutes of a renewal, nor renewed within ten of that", async () => {
    const path = `/subscriptions/${String((await subscriber.subscribe()).json["id"])}`;
    const renew = (): Promise<{ status: number }> =>
      subscriber.ask("PATCH", path, { expirationDateTime: inMinutes(2880) });
    const reauthorize = (): Promise<{ status: number }> => subscriber.ask("POST", `${path}/reauthorize`);
    const statuses = [await reauthorize(), await reauthorize(), await renew()];
    subscriber.simulator.advanceClock({ ms: 10 * minute });
    statuses.push(await renew(), await renew(), await reauthorize());
    expect(statuses.map(({ status }) => status)).toEqual([204, 204, 409, 200, 200, 409]);
  });
});
