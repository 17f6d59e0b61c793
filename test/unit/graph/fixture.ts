import nock from "nock";
import type { GraphSourceConfig, MailboxConfig } from "../../../src/config/config.ts";
import { usualLimits } from "../../usual-limits.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { Clock } from "../../../src/http/clock.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { createGraphSource } from "../../../src/sources/graph/graph-source.ts";
import { createGraphTenant } from "../../../src/sources/graph/graph-tenant.ts";
import type { PageLimits } from "../../../src/sources/graph/page-guard.ts";
import type { CalendarRef, OwedWork, RoundRequest, Settlement, Source } from "../../../src/sources/source.ts";

const login = "https://login.example.test";
export const graph = "https://graph.example.test";
export const tokenPath = "/contoso.test/oauth2/v2.0/token";
export const secretValue = "p4ss/w+rd";
export const startOfTest = Date.parse("2026-11-22T12:00:00Z");

export function graphConfig(changes: Partial<GraphSourceConfig> = {}): GraphSourceConfig {
  return {
    id: "agency",
    was: null,
    target: "all",
    priority: 1,
    mode: "read-only",
    enabled: true,
    apart: false,
    order: 0,
    ...usualLimits,
    kind: "graph",
    cloud: { name: "custom", login: new URL(login), graph: new URL(graph), ca: null },
    tenant: "contoso.test",
    clientId: "client-1",
    credential: { kind: "secret", secret: new Secret(secretValue, "AGENCY_SECRET"), expires: null },
    mailboxes: [],
    ...changes,
  };
}

/** A clock that never waits: sleeping moves it on, and `slept` says by how much. */
export function quickClock(): Clock & { readonly slept: number[]; advance(ms: number): void } {
  let now = startOfTest;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    uptime: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

/** Discovery and a token for whoever asks. */
export function answerTokens(): void {
  nock(login)
    .persist()
    .get("/contoso.test/v2.0/.well-known/openid-configuration")
    .reply(200, {
      issuer: `${login}/contoso.test/v2.0`,
      authorization_endpoint: `${login}/contoso.test/oauth2/v2.0/authorize`,
      token_endpoint: `${login}${tokenPath}`,
      jwks_uri: `${login}/keys`,
    });
  let count = 0;
  nock(login)
    .persist()
    .post(tokenPath)
    .query(true)
    .reply(200, () => ({ token_type: "Bearer", expires_in: 3599, access_token: `token-${(count += 1)}` }));
}

export function tenantUnderTest(changes: Partial<GraphSourceConfig> = {}) {
  const clock = quickClock();
  const transport = createTransport();
  const tenant = createGraphTenant(graphConfig(changes), { transport, clock, random: () => 0.5 });
  return { clock, tenant };
}

export function sourceUnderTest(
  options: { mailbox?: Partial<MailboxConfig>; limits?: PageLimits; rebaseDays?: number } = {},
) {
  const { clock, tenant } = tenantUnderTest();
  const source: Source = createGraphSource({
    sourceId: "agency",
    mailbox: { user: "sean@contoso.test", calendars: "all", ...options.mailbox },
    client: tenant.client,
    expansion: tenant.expansion,
    translator: {
      version: 1,
      translate: () => ({ kind: "skipped", reason: "Not translated in this test." }),
    },
    clock,
    rebaseDays: options.rebaseDays ?? 30,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return { clock, tenant, source };
}

export const user = "/v1.0/users/sean%40contoso.test";
export const calendar = { id: "cal/1=", name: "Work" };
export const calendarPath = `${user}/calendars/cal%2F1%3D`;
export const window = { from: "2026-09-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };
/** What is looked at beside a delta token: the window and 30 days to the next rebase. */
export const wholeWindow = { from: window.from, until: "2027-10-01T00:00:00.000Z" };
/** What a delta token is asked for with 30 days to the next rebase. */
export const tokenWindow = { startDateTime: wholeWindow.from, endDateTime: wholeWindow.until };

export function roundRequest(changes: Partial<RoundRequest> = {}): RoundRequest {
  return {
    calendar,
    window,
    checkpoint: null,
    resume: null,
    knownEtags: () => Promise.resolve(new Map()),
    stagedNatives: () => Promise.resolve(new Map()),
    ...changes,
  };
}

export function single(id: string, changes: object = {}) {
  return {
    "@odata.type": "#microsoft.graph.event",
    "@odata.etag": `W/"${id}-1"`,
    id,
    type: "singleInstance",
    subject: `Meeting ${id}`,
    iCalUId: `uid-${id}`,
    start: { dateTime: "2026-12-01T09:00:00.0000000", timeZone: "UTC" },
    end: { dateTime: "2026-12-01T10:00:00.0000000", timeZone: "UTC" },
    ...changes,
  };
}

export function graphErrorBody(code: string, message = "") {
  return { error: { code, message, innerError: { "request-id": "req-1", date: "2026-11-22T12:00:00" } } };
}

export async function settleAll(
  source: Source,
  items: readonly OwedWork[],
  signal: AbortSignal = new AbortController().signal,
  others: readonly CalendarRef[] = [],
): Promise<Settlement[]> {
  return (await Array.fromAsync(source.settle(calendar, items, window, signal, others))).flat();
}
