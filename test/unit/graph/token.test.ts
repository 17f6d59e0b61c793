import { X509Certificate } from "node:crypto";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppCertificate, createServerIdentity } from "../../../simulator/certificates.ts";
import type { GraphCredential } from "../../../src/config/config.ts";
import { Secret } from "../../../src/config/secret.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { createTokenProvider } from "../../../src/sources/graph/token.ts";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graphConfig, quickClock, secretValue, startOfTest, tokenPath } from "./fixture.ts";

const never = new AbortController().signal;
const us = "https://login.microsoftonline.us";
const cloud = {
  name: "gcc-high",
  login: new URL(us),
  graph: new URL("https://graph.microsoft.us"),
  ca: null,
};

mockNetwork();

function providerUnderTest(credential?: GraphCredential) {
  const clock = quickClock();
  const config = graphConfig({ cloud, ...(credential === undefined ? {} : { credential }) });
  return { clock, tokens: createTokenProvider(config, { transport: createTransport(), clock }) };
}

function answerToken(status: number, body: nock.Body, headers: Record<string, string> = {}) {
  return nock(us).post(tokenPath).query(true).reply(status, body, headers);
}

const token = (name: string) => ({ token_type: "Bearer", expires_in: 3599, access_token: name });

/** Answers with a token and keeps the form that was posted. */
function captureForm(): { form(): URLSearchParams } {
  let sent = "";
  nock(us)
    .post(tokenPath, (body: Record<string, string>) => {
      sent = new URLSearchParams(body).toString();
      return true;
    })
    .query(true)
    .reply(200, token("one"));
  return { form: () => new URLSearchParams(sent) };
}

describe("the token request", () => {
  it("is a client credentials grant for the Graph host of the same cloud", async () => {
    const captured = captureForm();
    await expect(providerUnderTest().tokens.get(never)).resolves.toBe("one");
    const { grant_type, scope, client_id, client_secret } = Object.fromEntries(captured.form());
    expect({ grant_type, scope, client_id, client_secret }).toEqual({
      grant_type: "client_credentials",
      scope: "https://graph.microsoft.us/.default",
      client_id: "client-1",
      client_secret: secretValue,
    });
  });

  it("carries a signed assertion with the certificate's SHA-256 thumbprint and chain", async () => {
    const { pem, key, thumbprint } = await selfSigned();
    const captured = captureForm();
    const credential = {
      kind: "certificate",
      certificate: pem,
      privateKey: new Secret(key, "agency.pem"),
      expires: "2027-05-01T00:00:00.000Z",
    } as const;
    await providerUnderTest(credential).tokens.get(never);
    const form = captured.form();
    const header: unknown = JSON.parse(
      Buffer.from(form.get("client_assertion")?.split(".")[0] ?? "", "base64url").toString(),
    );
    expect(form.get("client_assertion_type")).toBe("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    expect(form.has("client_secret")).toBe(false);
    expect(header).toMatchObject({ alg: "PS256", "x5t#S256": thumbprint, x5c: [expect.any(String)] });
  });

  it("is not sent with a certificate that does not belong to the key", async () => {
    const [one, other] = await Promise.all([selfSigned(), selfSigned()]);
    const credential = {
      kind: "certificate",
      certificate: one.pem,
      privateKey: new Secret(other.key, "agency.pem"),
      expires: "2027-05-01T00:00:00.000Z",
    } as const;
    await expect(providerUnderTest(credential).tokens.get(never)).rejects.toMatchObject({
      kind: "auth",
      message: expect.stringContaining("agency.pem"),
    });
  });

  it("is not sent with a key that is not RSA, or no key", async () => {
    const { cert, key } = await createServerIdentity(["app.example.test"]);
    const broken = [new Secret(key, "agency.pem"), new Secret("-----BEGIN", "agency.pem")];
    for (const privateKey of broken) {
      const credential = {
        kind: "certificate",
        certificate: cert,
        privateKey,
        expires: "2027-05-01T00:00:00.000Z",
      } as const;
      await expect(providerUnderTest(credential).tokens.get(never)).rejects.toMatchObject({ kind: "auth" });
    }
  });

  it("is sent once for any number of callers, and not again while the token lives", async () => {
    answerToken(200, token("one"));
    const { tokens } = providerUnderTest();
    const got = await Promise.all([1, 2, 3].map(() => tokens.get(never)));
    expect([...got, await tokens.get(never)]).toEqual(["one", "one", "one", "one"]);
  });

  it("is sent past the cache to renew a refused token, once for all who were refused", async () => {
    answerToken(200, token("one"));
    answerToken(200, token("two"));
    const { tokens } = providerUnderTest();
    await tokens.get(never);
    const renewed = await Promise.all([tokens.renew("one", never), tokens.renew("one", never)]);
    expect([...renewed, await tokens.renew("one", never)]).toEqual(["two", "two", "two"]);
  });

  it("goes on for the others when one caller is stopped", async () => {
    answerToken(200, token("one"));
    const { tokens } = providerUnderTest();
    const stop = new AbortController();
    const stopped = tokens.get(stop.signal);
    const other = tokens.get(never);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ kind: "aborted" });
    await expect(other).resolves.toBe("one");
  });

  it("for a login host of one's own asks nobody but that host", async () => {
    answerTokens();
    const tokens = createTokenProvider(graphConfig(), { transport: createTransport(), clock: quickClock() });
    // Nothing else is mocked: a question to login.microsoftonline.com would fail.
    await expect(tokens.get(never)).resolves.toBe("token-1");
  });
});

describe("a refused token request", () => {
  it.each([
    [401, "invalid_client", "AADSTS7000215", "Value"],
    [401, "invalid_client", "AADSTS7000222", "expired"],
    [401, "invalid_client", "AADSTS700027", "certificate"],
    [400, "unauthorized_client", "AADSTS700016", "cloud"],
    [400, "invalid_grant", "AADSTS65001", "consent"],
    [400, "invalid_request", "AADSTS90002", "cloud"],
    [400, "invalid_request", "AADSTS900023", "GUID"],
    [400, "invalid_request", "AADSTS90038", "another cloud"],
    [400, "invalid_scope", "AADSTS70011", "Graph host"],
    [400, "invalid_client", "AADSTS1", "admin consent"],
  ])("%i %s %s is an error of the credentials with a hint", async (status, error, number, hint) => {
    answerToken(status, { error, error_description: `${number}: no.\r\nTrace ID: x`, trace_id: "trace-1" });
    await expect(providerUnderTest().tokens.get(never)).rejects.toMatchObject({
      kind: "auth",
      status,
      code: error,
      remedy: expect.stringContaining(hint),
      requestId: "trace-1",
      message: expect.stringContaining(number),
    });
  });

  it.each([
    [503, "<html>down</html>", "transient"],
    [500, "", "transient"],
    [
      400,
      JSON.stringify({ error: "temporarily_unavailable", error_description: "AADSTS90033" }),
      "transient",
    ],
    [404, "<html>nothing here</html>", "protocol"],
    [302, "", "protocol"],
    [200, "<html>please log in</html>", "protocol"],
    [200, JSON.stringify({ token_type: "Bearer" }), "protocol"],
    [200, JSON.stringify({ token_type: "Bearer", expires_in: 3599, access_token: "a\uFFFDb" }), "protocol"],
  ])("%i with %j is %s", async (status, body, kind) => {
    answerToken(status, body);
    await expect(providerUnderTest().tokens.get(never)).rejects.toMatchObject({ name: "RemoteError", kind });
  });

  it("never shows the secret", async () => {
    answerToken(401, {
      error: "invalid_client",
      error_description: `AADSTS7000215: "${secretValue}" is wrong`,
    });
    const failure: unknown = await providerUnderTest()
      .tokens.get(never)
      .catch((error: unknown) => error);
    expect(String(failure)).toContain("[secret]");
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(secretValue);
  });

  it("of 429 is not repeated by anyone before its time, and then works at once", async () => {
    answerToken(429, { error: "too_many" }, { "Retry-After": "90" });
    const { clock, tokens } = providerUnderTest();
    const refusal = { kind: "throttled", status: 429, retryAt: startOfTest + 90_000 };
    await expect(tokens.get(never)).rejects.toMatchObject(refusal);
    await expect(tokens.get(never)).rejects.toMatchObject(refusal);
    clock.advance(90_000);
    answerToken(200, token("one"));
    await expect(tokens.get(never)).resolves.toBe("one");
  });

  it("of 5xx without Retry-After may be repeated at once", async () => {
    answerToken(500, { error: "server_error", error_description: "AADSTS90033" });
    answerToken(200, token("one"));
    const { tokens } = providerUnderTest();
    await expect(tokens.get(never)).rejects.toMatchObject({ kind: "transient" });
    await expect(tokens.get(never)).resolves.toBe("one");
  });
});

async function selfSigned() {
  const { certificate, privateKey } = await createAppCertificate({
    from: startOfTest,
    until: startOfTest + 86_400_000,
  });
  const digest = new X509Certificate(certificate).fingerprint256.replaceAll(":", "");
  return { pem: certificate, key: privateKey, thumbprint: Buffer.from(digest, "hex").toString("base64url") };
}
