import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createServerIdentity } from "../../../../simulator/certificates.ts";
import { clientId, fetchToken, parseJson, user } from "./client.ts";
import type { Json } from "./client.ts";
import { minute, startSubscriber } from "./webhook.ts";
import type { Subscriber } from "./webhook.ts";

const identity = await createServerIdentity(["localhost", "127.0.0.1"]);
let subscriber: Subscriber;
let subscription: string;

beforeEach(async () => {
  subscriber = await startSubscriber(identity);
  subscription = String((await subscriber.subscribe()).json["id"]);
});
afterEach(() => subscriber[Symbol.asyncDispose]());

/** The elements of the deliveries that came to the endpoint so far. */
function told(): Json[][] {
  const bodies = subscriber.webhook.received.filter(({ token }) => token === null).map(({ body }) => body);
  return bodies.map((body) => {
    const { value } = parseJson(body);
    return Array.isArray(value) ? value : [];
  });
}

/** Waits for so many deliveries after a number; gives them. */
async function next(count: number, after = 2) {
  const deliveries = [];
  for (let number = after; number < after + count; number += 1) {
    deliveries.push(await subscriber.simulator.awaitDelivery({ after: number }));
  }
  return deliveries;
}

describe("a change in a subscribed mailbox", () => {
  it("is told with identities only, a creation twice", async () => {
    const { id, etag } = subscriber.makeEvent("Tea");
    const deliveries = await next(2);
    expect(deliveries.map(({ status, kind, attempt, retryAt }) => [status, kind, attempt, retryAt])).toEqual([
      [202, "notifications", 1, null],
      [202, "notifications", 1, null],
    ]);
    const notifications = told().flat();
    expect(new Set(notifications.map(({ changeType }) => changeType))).toEqual(
      new Set(["created", "updated"]),
    );
    const path = expect.stringMatching(
      new RegExp(`^Users/[0-9a-f-]{36}@${subscriber.tenant.id}/Events/${id}$`),
    );
    expect(notifications[0]).toEqual({
      id: expect.any(String),
      subscriptionId: subscription,
      subscriptionExpirationDateTime: "2026-11-03T12:00:00.000Z",
      clientState: "our secret",
      changeType: expect.any(String),
      resource: path,
      tenantId: subscriber.tenant.id,
      resourceData: { "@odata.type": "#Microsoft.Graph.Event", "@odata.id": path, "@odata.etag": etag, id },
    });
    expect(subscriber.webhook.received.at(-1)?.type).toBe("application/json; charset=utf-8");
  });

  it("is told to those alone who subscribed to its kind", async () => {
    await subscriber.ask("DELETE", `/subscriptions/${subscription}`);
    await subscriber.subscribe({ changeType: "deleted" });
    const event = subscriber.makeEvent("Tea").id;
    subscriber.simulator.updateEvent({ mailbox: user, event, changes: { subject: "Coffee" } });
    subscriber.simulator.deleteEvent({ mailbox: user, event });
    await next(1, 4);
    expect(told()).toEqual([[expect.objectContaining({ changeType: "deleted" })]]);
    expect(subscriber.simulator.waitingDeliveries()).toEqual([]);
  });

  it("shares a request with those of other subscriptions and tenants, where so switched", async () => {
    const { simulator } = subscriber;
    simulator.setSwitches({ switches: { notificationBatchMs: 1000, createdAlsoUpdated: false } });
    simulator.addTenant({ domain: "fabrikam.example" });
    simulator.addApp({ tenant: "fabrikam.example", clientId, secret: "open sesame" });
    const mailbox = "bob@fabrikam.example";
    simulator.addMailbox({ tenant: "fabrikam.example", userPrincipalName: mailbox });
    const token = await fetchToken(simulator, { tenant: "fabrikam.example" });
    await subscriber.subscribe({ resource: `/users/${mailbox}/events`, clientState: "another" }, token);
    subscriber.makeEvent("Tea");
    subscriber.makeEvent("Coffee", mailbox);
    simulator.advanceClock({ ms: 1000 });
    await next(1, 4);
    expect(told().map((value) => value.map(({ clientState }) => clientState))).toEqual([
      ["our secret", "another"],
    ]);
    expect(
      new Set(
        told()
          .flat()
          .map(({ tenantId }) => tenantId),
      ).size,
    ).toBe(2);
  });

  it("is not told after the subscription has ended, in whichever way", async () => {
    const { simulator, webhook } = subscriber;
    const delayedBy = (notificationDelayMs: number): void =>
      simulator.setSwitches({ switches: { notificationDelayMs } });
    delayedBy(1000);
    subscriber.makeEvent("Tea");
    simulator.removeSubscription({ subscription });
    simulator.advanceClock({ ms: 1000 });
    await subscriber.subscribe();
    delayedBy(1440 * minute);
    subscriber.makeEvent("Coffee");
    simulator.advanceClock({ ms: 1440 * minute });
    subscriber.makeEvent("Water");
    expect([simulator.waitingDeliveries(), simulator.subscriptions()]).toEqual([[], []]);
    // Anything that was sent all the same came before this.
    await simulator.forgeDelivery({ url: webhook.url, body: { value: ["the last"] } });
    expect(told()).toEqual([["the last"]]);
  });

  it("is lost, doubled or overtaken where such faults lie in wait", async () => {
    const { simulator } = subscriber;
    simulator.setSwitches({ switches: { createdAlsoUpdated: false } });
    simulator.addNotificationFault({ mailbox: user, nth: 2, times: 1, effect: { kind: "lose" } });
    simulator.addNotificationFault({ times: 1, effect: { kind: "duplicate" } });
    simulator.addNotificationFault({ nth: 3, times: 1, effect: { kind: "delay", ms: 30_000 } });
    const ids = ["doubled", "lost", "late", "soon"].map((subject) => subscriber.makeEvent(subject).id);
    await next(3);
    const [waiting] = simulator.waitingDeliveries();
    expect(waiting).toMatchObject({
      due: "2026-11-02T12:00:30.000Z",
      attempt: 1,
      subscriptions: [subscription],
    });
    simulator.advanceClock({ ms: 30_000 });
    await next(1, 5);
    const order = told().flatMap((value) =>
      value.map(({ resourceData }) => String(Object(resourceData)["id"])),
    );
    expect(order.slice(0, 3).filter((id) => id === ids[0])).toHaveLength(2);
    expect(order.slice(0, 3)).toContain(ids[3]);
    expect(order.slice(3)).toEqual([ids[2]]);
  });
});

describe("an endpoint", () => {
  beforeEach(() => subscriber.simulator.setSwitches({ switches: { createdAlsoUpdated: false } }));

  it("gets a notification again, later and later, for four hours", async () => {
    const { simulator, webhook } = subscriber;
    webhook.answers.delivery = () => ({ status: 503 });
    subscriber.makeEvent("Tea");
    const waits: number[] = [];
    let [delivery] = await next(1);
    while (delivery !== undefined && delivery.retryAt !== null) {
      const ms = Date.parse(delivery.retryAt) - Date.parse(delivery.at);
      waits.push(ms / 1000);
      simulator.advanceClock({ ms: ms - 1 });
      expect(simulator.waitingDeliveries()).toMatchObject([{ attempt: waits.length + 1 }]);
      simulator.advanceClock({ ms: 1 });
      [delivery] = await next(1, delivery.number);
    }
    expect(waits.slice(0, 4)).toEqual([10, 20, 40, 80]);
    const total = waits.reduce((sum, each) => sum + each, 0);
    expect(total).toBeLessThanOrEqual(14_400);
    expect(total).toBeGreaterThan(12_600);
    expect(new Set(told().map((value) => JSON.stringify(value))).size).toBe(1);
  });

  it.each([
    ["a redirect", () => ({ status: 302, location: "https://localhost/" }) as const],
    ["no answer", () => "hang" as const],
    ["an answer too late", () => ({ status: 202, afterMs: 60 }) as const],
  ])("gets it again after %s", async (_name, delivery) => {
    const { simulator, webhook } = subscriber;
    simulator.setSwitches({ switches: { deliveryTimeoutMs: 30, slowResponseMs: 500 } });
    webhook.answers.delivery = delivery;
    subscriber.makeEvent("Tea");
    expect(await next(1)).toMatchObject([{ retryAt: "2026-11-02T12:00:10.000Z" }]);
    webhook.answers.delivery = () => ({ status: 200 });
    simulator.setSwitches({ switches: { deliveryTimeoutMs: 3000 } });
    simulator.advanceClock({ ms: 10_000 });
    expect(await next(1, 3)).toMatchObject([{ attempt: 2, status: 200, retryAt: null }]);
  });

  it("that answers slowly is told late, then nothing for ten minutes", async () => {
    const { simulator, webhook } = subscriber;
    const { url } = webhook;
    simulator.setSwitches({ switches: { slowResponseMs: 1000, deliveryTimeoutMs: 1000 } });
    for (let count = 0; count < 7; count += 1) subscriber.makeEvent(`${count}`);
    await next(7);
    simulator.setSwitches({ switches: { slowResponseMs: 20, deliveryTimeoutMs: 20 } });
    webhook.answers.delivery = () => "hang";
    subscriber.makeEvent("first slow one");
    await next(1, 9);
    expect(simulator.endpointState({ url })).toBe("slow");
    subscriber.makeEvent("late");
    expect(simulator.waitingDeliveries().map(({ due }) => due)).toEqual(
      Array(2).fill("2026-11-02T12:00:10.000Z"),
    );
    simulator.advanceClock({ ms: 10_000 });
    await next(2, 10);
    expect(simulator.endpointState({ url })).toBe("drop");
    const waiting = simulator.waitingDeliveries().length;
    subscriber.makeEvent("dropped");
    expect(simulator.waitingDeliveries()).toHaveLength(waiting);
    webhook.answers.delivery = () => ({ status: 202 });
    simulator.setSwitches({ switches: { slowResponseMs: 1000, deliveryTimeoutMs: 1000 } });
    simulator.advanceClock({ ms: 10 * minute });
    expect(simulator.endpointState({ url })).toBe("good");
  });

  it("is told of the subscription's life, and notifications pause until it is renewed", async () => {
    const { simulator, webhook } = subscriber;
    simulator.sendLifecycleEvent({ subscription, event: "reauthorizationRequired", pauses: true });
    await next(1);
    expect(webhook.received.at(-1)?.path).toBe("/lifecycle");
    expect(told()).toEqual([
      [
        {
          lifecycleEvent: "reauthorizationRequired",
          subscriptionId: subscription,
          subscriptionExpirationDateTime: "2026-11-03T12:00:00.0000000+00:00",
          clientState: "our secret",
          tenantId: subscriber.tenant.id,
        },
      ],
    ]);
    subscriber.makeEvent("never told");
    expect(simulator.waitingDeliveries()).toEqual([]);
    await subscriber.ask("POST", `/subscriptions/${subscription}/reauthorize`);
    subscriber.makeEvent("told");
    expect(await next(1, 3)).toMatchObject([{ kind: "notifications", status: 202 }]);
    simulator.sendLifecycleEvent({ subscription, event: "missed" });
    await next(1, 4);
    simulator.sendLifecycleEvent({ subscription, event: "subscriptionRemoved" });
    await next(1, 5);
    expect(told().at(-1)).toMatchObject([{ lifecycleEvent: "subscriptionRemoved" }]);
    expect((await subscriber.ask("GET", `/subscriptions/${subscription}`)).status).toBe(404);
  });

  it("gets anything that somebody makes up", async () => {
    const { simulator, webhook } = subscriber;
    webhook.answers.delivery = () => ({ status: 400 });
    const forged = await simulator.forgeDelivery({ url: webhook.url, body: "{" });
    expect(forged).toMatchObject({ kind: "forged", body: "{", status: 400, retryAt: null });
    const headers = { "content-type": "text/xml" };
    await simulator.forgeDelivery({ url: webhook.url, body: { value: [{ clientState: "guess" }] }, headers });
    expect(webhook.received.at(-1)).toMatchObject({
      type: "text/xml",
      body: '{"value":[{"clientState":"guess"}]}',
    });
  });
});
