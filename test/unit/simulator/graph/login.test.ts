import { ConfidentialClientApplication } from "@azure/msal-node";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAppCertificate } from "../../../../simulator/certificates.ts";
import { startGraphSimulator } from "../../../../simulator/graph/simulator.ts";
import type { GraphSimulator } from "../../../../simulator/graph/simulator.ts";
import { clientId, codeOf, fetchToken, postToken, send } from "./client.ts";

let simulator: GraphSimulator;
const certificateApp = "22222222-2222-2222-2222-222222222222";
const keys = await createAppCertificate({ from: Date.now() - 1000, until: Date.now() + 86_400_000 });

beforeAll(async () => {
  simulator = await startGraphSimulator({
    clouds: [{ name: "global" }, { name: "gcc-high" }],
    control: null,
  });
  simulator.addTenant({ domain: "contoso.example" });
  simulator.addTenant({ domain: "agency.example.us", cloud: "gcc-high" });
  for (const tenant of ["contoso.example", "agency.example.us"]) {
    simulator.addApp({ tenant, clientId, secret: "open sesame" });
    simulator.addMailbox({ tenant, userPrincipalName: `adele@${tenant}` });
  }
  simulator.addApp({ tenant: "contoso.example", clientId: certificateApp, certificate: keys.certificate });
});
afterAll(() => simulator.close());

async function get(cloud: number, user: string, token: string | null) {
  return send(simulator.ca, `${simulator.clouds[cloud]?.graph}/v1.0/users/${user}/calendars`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
}

/** msal-node as a stranger's client, over the simulator's TLS. */
function msal(auth: {
  clientSecret?: string;
  clientCertificate?: { thumbprintSha256: string; privateKey: string };
}) {
  const login = simulator.clouds[0]?.login ?? "";
  const exchange = async <T>(
    url: string,
    method: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const headers = options?.headers ?? {};
    const answer = await send(simulator.ca, url, { method, headers, body: options?.body ?? "" });
    const body: T = JSON.parse(answer.text);
    return { status: answer.status, headers: answer.headers, body };
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => exchange(url, "GET", options),
    sendPostRequestAsync: (url, options) => exchange(url, "POST", options),
  };
  return new ConfidentialClientApplication({
    auth: {
      clientId: auth.clientSecret === undefined ? certificateApp : clientId,
      authority: `${login}/contoso.example`,
      knownAuthorities: [new URL(login).host],
      ...auth,
    },
    system: { networkClient },
  });
}

describe("the login authority", () => {
  it("gives msal-node a token for a secret and for a certificate", async () => {
    const scopes = [`${simulator.clouds[0]?.graph}/.default`];
    const thumbprintSha256 = createHash("sha256")
      .update(new X509Certificate(keys.certificate).raw)
      .digest("hex");
    for (const auth of [
      { clientSecret: "open sesame" },
      { clientCertificate: { thumbprintSha256, privateKey: keys.privateKey } },
    ]) {
      const result = await msal(auth).acquireTokenByClientCredential({ scopes });
      expect((await get(0, "adele@contoso.example", result?.accessToken ?? "")).status).toBe(200);
    }
  });

  it("refuses an assertion signed with another key", async () => {
    const other = await createAppCertificate({ from: Date.now() - 1000, until: Date.now() + 86_400_000 });
    const thumbprintSha256 = createHash("sha256")
      .update(new X509Certificate(keys.certificate).raw)
      .digest("hex");
    const attempt = msal({
      clientCertificate: { thumbprintSha256, privateKey: other.privateKey },
    }).acquireTokenByClientCredential({ scopes: [`${simulator.clouds[0]?.graph}/.default`] });
    await expect(attempt).rejects.toMatchObject({ errorCode: "invalid_client", errorNo: 700027 });
  });

  it.each([
    ["a wrong secret", { client_secret: "open barley" }, 401, "invalid_client", 7000215],
    ["no credential", { client_secret: null }, 401, "invalid_client", 7000218],
    ["an app that the tenant does not know", { client_id: "no" }, 400, "unauthorized_client", 700016],
    ["a tenant that is nowhere", { tenant: "nowhere.example" }, 400, "invalid_request", 90002],
    ["a tenant of another cloud", { tenant: "agency.example.us" }, 400, "invalid_request", 90038],
    ["a malformed tenant", { tenant: "con toso" }, 400, "invalid_request", 900023],
    ["no tenant in particular", { tenant: "common" }, 400, "invalid_request", 9001023],
    ["another Graph's scope", { scope: "https://graph.microsoft.us/.default" }, 400, "invalid_scope", 70011],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type", 70003],
  ])("answers %s as AADSTS does", async (_name, form, status, error, number) => {
    const answer = await postToken(simulator, form);
    expect([answer.status, answer.json["error"], answer.json["error_codes"]]).toEqual([
      status,
      error,
      [number],
    ]);
    expect(answer.json["error_description"]).toMatch(new RegExp(`^AADSTS${number}: `));
  });

  it("keeps to the day a secret expires on", async () => {
    const app = "33333333-3333-3333-3333-333333333333";
    const expired = { secret: "open sesame", secretExpires: "2020-01-01T00:00:00Z" };
    simulator.addApp({ tenant: "contoso.example", clientId: app, ...expired });
    expect((await postToken(simulator, { client_id: app })).json["error_codes"]).toEqual([7000222]);
  });
});

describe("access tokens", () => {
  it("are good for their own tenant's Graph only", async () => {
    const token = await fetchToken(simulator);
    expect((await get(0, "adele@contoso.example", token)).status).toBe(200);
    expect(codeOf(await get(1, "adele@agency.example.us", token))).toBe("InvalidAuthenticationToken");
    const missing = await get(0, "adele@contoso.example", null);
    expect([missing.status, codeOf(missing)]).toEqual([401, "InvalidAuthenticationToken"]);
    expect(missing.headers["www-authenticate"]).toMatch(/^Bearer .*authorization_uri=/);
    expect(codeOf(await get(0, "adele@agency.example.us", token))).toBe("Request_ResourceNotFound");
  });

  it("expire, and can be revoked", async () => {
    const revoked = await fetchToken(simulator);
    simulator.revokeTokens({ tenant: "contoso.example" });
    expect((await get(0, "adele@contoso.example", revoked)).status).toBe(401);
    const expired = await fetchToken(simulator);
    simulator.advanceClock({ ms: 3_600_000 });
    expect((await get(0, "adele@contoso.example", expired)).status).toBe(401);
    expect((await get(0, "adele@contoso.example", await fetchToken(simulator))).status).toBe(200);
  });
});
