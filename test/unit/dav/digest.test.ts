import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../../src/dav/challenge.ts";
import { chooseDigest, type DigestInput, digestAuthorization } from "../../../src/dav/digest.ts";

const rfc7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

function authorize(challengeHeader: string, more: Partial<DigestInput> = {}) {
  const challenge = chooseDigest(parseChallenges(challengeHeader));
  if (challenge === undefined) throw new Error("no usable challenge");
  const header = digestAuthorization({
    challenge,
    username: "Mufasa",
    password: "Circle of Life",
    method: "GET",
    uri: "/dir/index.html",
    count: 1,
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    ...more,
  });
  return { header, parameters: parseChallenges(header)[0]?.parameters ?? new Map<string, string>() };
}

describe("digestAuthorization", () => {
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("gives the response of RFC 7616 section 3.9.1 for %s", (algorithm, response) => {
    const { parameters } = authorize(`Digest ${rfc7616}, algorithm=${algorithm}`);
    expect(Object.fromEntries(parameters)).toMatchObject({
      response,
      algorithm,
      nc: "00000001",
      qop: "auth",
    });
    expect(parameters.get("opaque")).toBe("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
  });

  it("gives the response of RFC 2617 section 3.5", () => {
    const { parameters } = authorize(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { password: "Circle Of Life", cnonce: "0a4f113b" },
    );
    expect(parameters.get("response")).toBe("6629fae49393a05397450978507c4ef1");
    expect(parameters.has("algorithm")).toBe(false);
  });

  it("answers servers of RFC 2069 without qop, nc and cnonce", () => {
    const { parameters } = authorize('Digest realm="r", nonce="n"', {
      username: "u",
      password: "p",
      uri: "/",
    });
    // md5(md5("u:r:p"):n:md5("GET:/")), reckoned by hand with md5sum
    expect(parameters.get("response")).toBe("f23121ca97143c6b358da620220c83b4");
    expect([parameters.has("qop"), parameters.has("nc"), parameters.has("cnonce")]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    ["MD5-sess", 32],
    ["SHA-256-sess", 64],
  ])("binds the session key of %s to nonce and cnonce", (algorithm, length) => {
    const challenge = `Digest ${rfc7616}, algorithm=${algorithm}`;
    const responses = ["a", "b"].map((cnonce) => authorize(challenge, { cnonce }).parameters.get("response"));
    expect(responses[0]).toHaveLength(length);
    expect(responses[0]).not.toBe(
      authorize(challenge.replace("-sess", ""), { cnonce: "a" }).parameters.get("response"),
    );
    expect(responses[0]).not.toBe(responses[1]);
  });

  it("quotes what needs quoting and sends names beyond ASCII as the server reads them", () => {
    const quoted = authorize('Digest realm="a \\"b\\"", nonce="n"', { username: 'do"e' });
    expect(quoted.parameters.get("realm")).toBe('a "b"');
    expect(quoted.parameters.get("username")).toBe('do"e');
    const raw = authorize('Digest realm="r", nonce="n"', { username: "jürgen" });
    expect(Buffer.from(raw.header, "latin1").toString("utf8")).toContain('username="jürgen"');
    const extended = authorize('Digest realm="r", nonce="n", charset=UTF-8', { username: "jürgen" });
    expect(extended.header).toContain("username*=UTF-8''j%C3%BCrgen");
  });
});

describe("chooseDigest", () => {
  it("prefers SHA-256, wherever it stands", () => {
    const challenges = parseChallenges(
      'Digest nonce="1", algorithm=MD5, Digest nonce="2", algorithm=SHA-256',
    );
    expect(chooseDigest(challenges)?.nonce).toBe("2");
  });

  it.each([
    'Digest realm="r"',
    'Digest nonce="n", algorithm=SHA-512-256',
    'Digest nonce="n", qop="auth-int"',
    'Basic realm="r"',
  ])("cannot answer %s", (header) => {
    expect(chooseDigest(parseChallenges(header))).toBeUndefined();
  });
});
