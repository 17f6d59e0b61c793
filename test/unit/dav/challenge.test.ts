import { describe, expect, it } from "vitest";
import { parseChallenges, parseParameters } from "../../../src/dav/challenge.ts";

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe("parseChallenges", () => {
  it.each([
    ['Basic realm="MMCalDav"', [["basic", { realm: "MMCalDav" }]]],
    ["", []],
    ["Negotiate", [["negotiate", {}]]],
    [
      'Negotiate, Digest realm="a, b", qop="auth,auth-int", nonce=abc, stale=TRUE, Basic realm="x"',
      [
        ["negotiate", {}],
        ["digest", { realm: "a, b", qop: "auth,auth-int", nonce: "abc", stale: "TRUE" }],
        ["basic", { realm: "x" }],
      ],
    ],
    [
      'NTLM TlRMTVNTUAAC==, Basic realm="say \\"hi\\""',
      [
        ["ntlm", {}],
        ["basic", { realm: 'say "hi"' }],
      ],
    ],
    ['BASIC Realm = "x" , charset="UTF-8"', [["basic", { realm: "x", charset: "UTF-8" }]]],
  ])("reads %s", (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it("ends on what it cannot read", () => {
    expect(read('Basic realm="x", "stray')).toEqual([["basic", { realm: "x" }]]);
  });
});

describe("parseParameters", () => {
  it("reads Authentication-Info", () => {
    expect(parseParameters('nextnonce="n2", qop=auth').get("nextnonce")).toBe("n2");
    expect(parseParameters("").size).toBe(0);
  });
});
