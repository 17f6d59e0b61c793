import { describe, expect, it } from "vitest";
import { type PersonText, peopleText } from "../../../src/calendar/people-text.ts";

const person = (name: string, ...notes: string[]): PersonText => ({
  name,
  address: `${name.toLowerCase()}@example.com`,
  notes,
});

describe("people as text", () => {
  it("name organizer, attendees and rooms, each once", () => {
    const text = peopleText(person("Nora"), [
      person("NORA", "accepted"),
      person("Ravi", "optional", "declined"),
      { ...person("Ravi"), address: "RAVI@example.com" },
      person("Room", "resource", "accepted"),
      { name: "", address: "", notes: [] },
      { name: "ida@example.com", address: "Ida@example.com", notes: [""] },
      { name: "Nobody's\r\naddress", address: "", notes: [] },
    ]);
    expect(text.split("\n")).toEqual([
      "Organizer: Nora <nora@example.com>",
      "Attendees:",
      "- Ravi <ravi@example.com> (optional, declined)",
      "- Ida@example.com",
      "- Nobody's address",
      "Rooms and resources:",
      "- Room <room@example.com> (accepted)",
    ]);
  });

  it("are cut after fifty, and counted by their answers", () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      person(`P${at}`, at % 5 === 0 ? "declined" : at % 2 === 0 ? "accepted" : ""),
    );
    const lines = peopleText(null, many).split("\n");
    expect(lines).toHaveLength(52);
    expect(lines.at(-1)).toBe("- and 450 more (of all 500: 200 accepted, 100 declined)");
  });

  it("are no longer than names are", () => {
    expect(peopleText(person("x".repeat(100_000)), []).length).toBeLessThan(1_000);
  });

  it("are nothing where nobody is named", () => {
    expect(peopleText(null, [])).toBe("");
    expect(peopleText({ name: " ", address: "", notes: [] }, [])).toBe("");
  });
});
