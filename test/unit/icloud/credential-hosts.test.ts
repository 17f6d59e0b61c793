import { describe, expect, it } from "vitest";
import { credentialHosts } from "../../../src/sources/icloud/credential-hosts.ts";

describe("hosts that may receive an account's credentials", () => {
  it.each([
    ["https://caldav.icloud.com/", "https://p62-caldav.icloud.com:443/123/calendars/", true],
    ["https://caldav.icloud.com/", "https://caldav.icloud.com/", true],
    ["https://caldav.icloud.com/", "http://p62-caldav.icloud.com/", false],
    ["https://caldav.icloud.com/", "https://p62-caldav.icloud.com:8443/", false],
    ["https://caldav.icloud.com/", "https://icloud.com.example.org/", false],
    ["https://caldav.icloud.com/", "https://evilicloud.com/", false],
    ["https://caldav.icloud.com/", "https://www.apple.com/", false],
    ["https://evilicloud.com/", "https://p62-caldav.icloud.com/", false],
    ["https://dav.example.org/", "https://dav.example.org:8443/x/", true],
    ["https://dav.example.org/", "http://dav.example.org/", false],
    ["https://dav.example.org/", "https://cal.example.org/", false],
    ["https://dav.example.org/", "https://sub.dav.example.org/", false],
    ["http://127.0.0.1:5000/", "http://127.0.0.1:5001/", true],
    ["http://127.0.0.1:5000/", "https://127.0.0.1/", true],
    ["http://127.0.0.1:5000/", "http://localhost:5000/", false],
  ])("entry %s, asked by %s: %s", (entry, asked, expected) => {
    expect(credentialHosts(new URL(entry))(new URL(asked))).toBe(expected);
  });
});
