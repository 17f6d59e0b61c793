import { describe, expect, it } from "vitest";
import { conferenceService, findJoinUrl } from "../../../src/calendar/conference.ts";

const teams =
  "https://teams.microsoft.com/l/meetup-join/19%3ameeting_a%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d";

describe("the service that a link joins", () => {
  it.each([
    [teams, "Microsoft Teams"],
    ["https://teams.microsoft.com/meet/21234567890123?p=AbC", "Microsoft Teams"],
    ["https://teams.live.com/meet/9312345678901", "Microsoft Teams"],
    ["https://gov.teams.microsoft.us/l/meetup-join/19%3agcch%3ameeting_a%40thread.v2/0", "Microsoft Teams"],
    ["https://dod.teams.microsoft.us/l/meetup-join/19%3adod%3ameeting_a%40thread.v2/0", "Microsoft Teams"],
    ["https://zoom.us/j/91234567890", "Zoom"],
    ["https://us02web.zoom.us/j/91234567890?pwd=a.1", "Zoom"],
    ["https://agency.zoomgov.com/j/1612345678", "Zoom"],
    ["https://school.zoom.us/my/nora", "Zoom"],
    ["https://app.zoom.us/wc/123456/join", "Zoom"],
    ["https://app.zoom.us/wc/join/123456", "Zoom"],
    [
      "https://teams.microsoft.com/v2/?meetingjoin=true#/l/meetup-join/19:meeting_a@thread.v2/0",
      "Microsoft Teams",
    ],
    ["https://teams.microsoft.com/_#/l/meetup-join/19:meeting_a@thread.v2/0", "Microsoft Teams"],
    ["https://meet.google.com/abc-defg-hij#x", "Google Meet"],
    ["https://meet.google.com/abc-defg-hij", "Google Meet"],
    ["https://school.webex.com/school/j.php?MTID=m01", "Webex"],
    ["https://school.webex.com/meet/nora", "Webex"],
    ["https://facetime.apple.com/join#v=1&p=a", "FaceTime"],
  ])("is known: %s", (address, service) => {
    expect(conferenceService(address)).toBe(service);
  });

  it.each([
    "https://teams.microsoft.com.evil.example/l/meetup-join/x",
    "https://evil.example/teams.microsoft.com/l/meetup-join/x",
    "https://teams.microsoft.com@evil.example/l/meetup-join/x",
    "https://user:word@teams.microsoft.com/l/meetup-join/x",
    "https://teams.microsoft.com:8443/l/meetup-join/x",
    "https://teams.microsoft.com/meetingOptions/?organizerId=1",
    "https://notzoom.us/j/1",
    "https://zoom.us.example/j/1",
    "https://school.zoom.us/u/abCd",
    "https://school.zoom.us/meeting/t1/ics?icsToken=x",
    "https://app.zoom.us/wc/123456/recordings",
    "https://teams.microsoft.com/v2/#/conversations/meet/1",
    "https://teams.microsoft.com/help#/l/meetup-join/x",
    "https://meet.google.com/",
    "https://meet.google.com/abc-defg-hijk",
    "https://help.webex.com/landing",
    "javascript:alert('https://zoom.us/j/1')",
    "zoom.us/j/1",
    "",
  ])("is none for %s", (address) => {
    expect(conferenceService(address)).toBeNull();
  });
});

describe("the address to join in a text", () => {
  it.each([
    ["Join:https://zoom.us/j/1.", "https://zoom.us/j/1"],
    ["(see <https://zoom.us/j/1?pwd=a.1>)", "https://zoom.us/j/1?pwd=a.1"],
    ["Video call link: meet.google.com/abc-defg-hij, at noon", "https://meet.google.com/abc-defg-hij"],
    [`Help: https://school.zoom.us/u/abCd and/or ${teams}`, teams],
    ["first https://zoom.us/j/1 then https://zoom.us/j/2", "https://zoom.us/j/1"],
  ])("is found: %s", (text, address) => {
    expect(findJoinUrl(text)).toBe(address);
  });

  it("is found in what a mail filter made of it", () => {
    const safe = `https://nam12.safelinks.protection.outlook.com/?url=${encodeURIComponent(teams)}&data=05%7C02&reserved=0`;
    expect(findJoinUrl(`Join <${safe}>`)).toBe(teams);
    for (const host of ["usg02", "usgDoD"]) {
      const gov = `https://${host}.safelinks.protection.office365.us/?url=${encodeURIComponent(teams)}&data=05`;
      expect(findJoinUrl(gov)).toBe(teams);
    }
    expect(
      findJoinUrl("https://urldefense.com/v3/__https://agency.zoomgov.com/j/16?pwd=a__;!!Ab-c!De_f$"),
    ).toBe("https://agency.zoomgov.com/j/16?pwd=a");
  });

  it.each([
    "nothing / here",
    "https://example.com/j/1",
    "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fzoom.us%2Fj%2F1",
    "https://usg02.safelinks.protection.office365.us.evil.example/?url=https%3A%2F%2Fzoom.us%2Fj%2F1",
    "https://evilsafelinks.protection.office365.us/?url=https%3A%2F%2Fzoom.us%2Fj%2F1",
    "https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fj%2F1",
    "https://urldefense.com/v3/__https://zoom.us/j/1*2__;Iw!!Ab-c!De_f$",
    `https://zoom.us/j/${"1".repeat(5_000)}`,
  ])("is not made up: %s", (text) => {
    expect(findJoinUrl(text)).toBeNull();
  });
});
