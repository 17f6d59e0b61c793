import { describe, expect, it } from "vitest";
import { SessionCookies } from "../../../src/dav/session-cookies.ts";
import { at } from "./fake-server.ts";

const now = Date.UTC(2026, 10, 22);

describe("session cookies", () => {
  it("go back to their origin and nowhere else", () => {
    const cookies = new SessionCookies();
    cookies.learn(at("/a"), "PHPSESSID=1; path=/; HttpOnly\nother=x=y", now);
    expect(cookies.headerFor(at("/b"))).toBe("PHPSESSID=1; other=x=y");
    expect(cookies.headerFor(new URL("http://dav.example/"))).toBeNull();
    expect(cookies.headerFor(new URL("https://dav.example:444/"))).toBeNull();
  });

  it("are replaced by newer ones, and deleted when they have run out", () => {
    const cookies = new SessionCookies();
    cookies.learn(at("/"), "a=1\nb=1\nc=1", now);
    cookies.learn(at("/"), "a=2\nb=; Max-Age=0\nc=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", now);
    expect(cookies.headerFor(at("/"))).toBe("a=2");
  });

  it("are forgotten on demand, and nonsense is none", () => {
    const cookies = new SessionCookies();
    cookies.learn(at("/"), "a=1", now);
    cookies.forget(at("/"));
    cookies.learn(at("/"), "nonsense\n=x", now);
    cookies.learn(at("/"), undefined, now);
    expect(cookies.headerFor(at("/"))).toBeNull();
  });
});
