import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ofHtml, ofText } from "./bodies.ts";

const join =
  "https://teams.microsoft.com/l/meetup-join/19%3ameeting_a%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d";
const options = "https://teams.microsoft.com/meetingOptions/?organizerId=1";
const dialin = "https://dialin.teams.microsoft.com/0000?id=1";
const pin = "https://dialin.teams.microsoft.com/usp/pstnconferencing";
const ruler = "_".repeat(80);
const zoom = "https://us02web.zoom.us/j/86912345?pwd=abc.1";

const teamsOf2024 = `<div class="elementToProof">Please read the plan.</div><div><br></div>
<div class="me-email-text" lang="en-US"><div aria-hidden="true" style="white-space:nowrap">${ruler}</div>
<div><span style="font-size:24px">Microsoft Teams</span> <a href="https://aka.ms/JoinTeamsMeeting?omkt=en-US">Need help?</a></div>
<div><a href="${join}">Join the meeting now</a></div>
<div><span>Meeting ID: </span><span>212 345 678 901</span></div>
<div><span>Passcode: </span><span>Ab3cD4</span></div>
<div style="max-width:532px"><hr></div>
<div><div><span>Dial in by phone</span></div>
<div><a href="tel:+16035550142,,123456789#">+1 603-555-0142,,123456789#</a> <span>United States, Manchester</span></div>
<div><a href="${dialin}">Find a local number</a></div></div>
<div>Phone conference ID: <span>123 456 789#</span></div>
<div><span>For organizers: </span><a href="${options}">Meeting options</a><span> | </span><a href="${pin}">Reset dial-in PIN</a></div>
<div style="margin-top:24px"></div><div>${ruler}</div></div>`;

const teamsOf2020 = `<p>Hello</p><br><div><span>${ruler}</span></div>
<div class="me-email-text"><div><span>Microsoft Teams meeting</span></div>
<div><div style="font-weight:bold"><span>Join on your computer, mobile app or room device</span></div><a href="${join}">Click here to join the meeting</a></div>
<div><div><span>Meeting ID: <span>212 345</span></span><br><span>Passcode: </span><span>ABCdef</span>
<div><a href="https://www.microsoft.com/en-us/microsoft-teams/download-app">Download Teams</a> | <a href="https://www.microsoft.com/microsoft-teams/join-a-meeting">Join on the web</a></div></div></div>
<div><b>Or call in (audio only)</b></div><div><a href="tel:+16035550142,,1#">+1 603-555-0142,,1#</a></div>
<div><a href="https://aka.ms/JoinTeamsMeeting">Learn more</a> | <a href="${options}">Meeting options</a></div></div>
<div><span>${ruler}</span></div>`;

describe("what Microsoft Teams writes into a body", () => {
  it("is short since 2024", () => {
    expect(ofHtml(teamsOf2024).description.split("\n")).toEqual([
      "Please read the plan.",
      "",
      "Microsoft Teams meeting",
      `Join: ${join}`,
      "Meeting ID: 212 345 678 901",
      "Passcode: Ab3cD4",
      "Dial in by phone",
      "+1 603-555-0142,,123456789# United States, Manchester",
      `Find a local number <${dialin}>`,
      "Phone conference ID: 123 456 789#",
      `For organizers: Meeting options <${options}> | Reset dial-in PIN <${pin}>`,
    ]);
  });

  it("is short before", () => {
    expect(ofHtml(teamsOf2020).description.split("\n")).toEqual([
      "Hello",
      "",
      "Microsoft Teams meeting",
      `Join: ${join}`,
      "Meeting ID: 212 345",
      "Passcode: ABCdef",
      "Or call in (audio only)",
      "+1 603-555-0142,,1#",
      `Meeting options <${options}>`,
    ]);
  });

  it("loses its help pages behind a mail filter too", () => {
    const page = encodeURIComponent("https://aka.ms/JoinTeamsMeeting?omkt=en-US");
    const filtered = `https://usg02.safelinks.protection.office365.us/?url=${page}&amp;data=05`;
    expect(ofHtml(`<b>a</b> <a href="${filtered}">Need help?</a>`).description).toBe("a");
  });

  it("loses its rulers and its air in any language, as text too", () => {
    const lines = [
      "Hallo",
      "",
      ruler,
      "Microsoft Teams Benötigen Sie Hilfe?",
      `Jetzt teilnehmen<${join}>`,
      "",
      "Besprechungs-ID: 212",
      "",
      "Passcode: x",
      ruler,
      "",
      "Gruß",
    ];
    expect(ofText(lines.join("\r\n")).description.split("\n")).toEqual([
      "Hallo",
      "",
      "Microsoft Teams Benötigen Sie Hilfe?",
      `Jetzt teilnehmen<${join}>`,
      "Besprechungs-ID: 212",
      "Passcode: x",
      "",
      "Gruß",
    ]);
  });
});

describe("what other services write into a body", () => {
  it("is dense: Zoom", () => {
    const lines = [
      "Hi there,",
      "",
      "Jane is inviting you to a scheduled Zoom meeting.",
      "",
      "Topic: Tides",
      "Time: Oct 6, 2026",
      "",
      "Join Zoom Meeting",
      zoom,
      "",
      "Meeting ID: 869 1234 5",
      "Passcode: 123",
      "",
      "---",
      "",
      "One tap mobile",
      "+15550100101,,86912345#,,,,*123# US",
      "",
      "---",
      "",
      "Dial by your location",
      "• +1 555 010 0101 US",
      "• +1 555 010 0102 US",
      "",
      "Find your local number: https://us02web.zoom.us/u/ab",
      "",
      "My own words.",
    ];
    const dense = [
      "Hi there,",
      "",
      "Jane is inviting you to a scheduled Zoom meeting.",
      "",
      "Topic: Tides",
      "Time: Oct 6, 2026",
      `Join Zoom Meeting: ${zoom}`,
      "Meeting ID: 869 1234 5",
      "Passcode: 123",
      "",
      "One tap mobile",
      "+15550100101,,86912345#,,,,*123# US",
      "",
      "Dial by your location",
      "• +1 555 010 0101 US",
      "• +1 555 010 0102 US",
      "Find your local number: https://us02web.zoom.us/u/ab",
      "",
      "My own words.",
    ];
    expect(ofText(lines.join("\n")).description.split("\n")).toEqual(dense);
    const html = lines
      .map((line) => `<p>${line || "<br>"}</p>`)
      .join("\n")
      .replace(zoom, `<a href="${zoom}">${zoom}</a>`);
    expect(ofHtml(html).description.split("\n")).toEqual(dense);
    expect(ofHtml(html).joinUrl).toBe(zoom);
  });

  it("is dense: Google Meet", () => {
    const fence = "-::~:~::~:~:~:~:~:~:~:~::~:~::-";
    const lines = [
      "Own text",
      "",
      fence,
      "Join with Google Meet: https://meet.google.com/abc-defg-hij",
      "Or dial: (US) +1 603-555-0175 PIN: 123456789#",
      "More phone numbers: https://tel.meet/abc",
      "",
      "Learn more about Meet at: https://support.google.com/a/users/answer/9282720",
      "",
      "Please do not edit this section.",
      fence,
    ];
    expect(ofHtml(lines.join("<br>")).description.split("\n")).toEqual([
      "Own text",
      "",
      ...lines.slice(3, 6),
    ]);
  });

  it("is dense: Webex", () => {
    const webex = "https://school.webex.com/school/j.php?MTID=m01";
    const lines = [
      "-- Do not delete or change any of the following text. --",
      "",
      "",
      "Join meeting",
      webex,
      "",
      "",
      "Join by meeting number",
      "Meeting number (access code): 2630 123 4567",
      "",
      "Meeting password: AbCd",
      "",
      "",
      "Join by phone",
      "+1-555-010-0199 US Toll",
      "",
      "Need help? Go to https://help.webex.com",
    ];
    expect(ofText(lines.join("\n")).description.split("\n")).toEqual([
      `Join meeting: ${webex}`,
      "",
      "Join by meeting number",
      "Meeting number (access code): 2630 123 4567",
      "Meeting password: AbCd",
      "",
      "Join by phone",
      "+1-555-010-0199 US Toll",
    ]);
  });
});

function wordsAmong(lines: readonly string[]): string[] {
  return lines.filter((line) => /^[a-z]/.test(line) && !line.startsWith("http"));
}

describe("what people wrote around it", () => {
  it("stays, word for word and in its order", () => {
    const words = fc.stringMatching(/^[a-z]{3,9}(?: [a-z]{3,9}){0,4}[.?!]?$/);
    const service = fc.constantFrom(
      ruler,
      `Join: ${join}`,
      "",
      "---",
      `Join Zoom Meeting`,
      zoom,
      "Meeting ID: 212 345",
      "+1 603-555-0142,,1#",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, service), { maxLength: 40 }), (lines) => {
        const { description } = ofText([...lines, zoom].join("\n"));
        expect(wordsAmong(description.split("\n"))).toEqual(wordsAmong(lines));
      }),
      { seed: 20_261_122 },
    );
  });

  it.each([
    ["a table and its ruler", "We zoom in.\n\nActuals\n----------\n| a | b |\n| c | d |"],
    ["a ruler", `Agenda\n${ruler}\nMore`],
    ["a ruler of another kind", `Agenda\n──────────\n-:-:-:-:-:-~\nMore\nSee ${zoom} now.`],
    [
      "lines like a service's",
      `See ${zoom} first.\nAgenda:\n\nTime: 10\n\nPassword: x\n\nDial in early\n\nBye`,
    ],
    ["a table beside a link", `${zoom}\nNumbers\n| a | b |\n----------\n| c | d |`],
    [
      "sentences of a service",
      "Please do not edit this section.\n\nWebex\nNeed help? Go to https://x.example/",
    ],
  ])("keeps %s", (_, text) => {
    expect(ofText(text).description).toBe(text);
  });

  it("keeps its paragraphs and its dashes where no service is near", () => {
    const text = `Dear all,\n\n2026-11-25 09\n\n2026-11-26 10\n\n---\n\nRegards\n\n${zoom}`;
    expect(ofText(text).description).toBe(text);
  });
});
