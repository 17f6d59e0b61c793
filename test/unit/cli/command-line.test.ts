import { afterEach, describe, expect, it, vi } from "vitest";
import { readHoldRequest } from "../../../src/cli/hold.ts";
import { main } from "../../../src/main.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What `kalends` prints to standard output, and its exit code. */
async function run(...argv: string[]): Promise<{ readonly code: number; readonly printed: string }> {
  const { code, printed } = await runBoth(...argv);
  return { code, printed };
}

/** With what it prints to standard error. */
async function runBoth(...argv: string[]) {
  const errors: string[] = [];
  const written: string[] = [];
  const write = (chunk: unknown): boolean => written.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, "on").mockReturnThis();
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => errors.push(String(chunk)) > 0);
  const code = await main(argv);
  return { code, printed: written.join(""), errors: errors.join("") };
}

describe("a mistake on the command line", () => {
  it.each([
    [["rubbish", "--json"], "unknown command 'rubbish'"],
    [["--json", "history", "--bogus"], "unknown option '--bogus'\n(Did you mean --bodies?)"],
    [
      ["status", "extra", "--json"],
      "too many arguments for 'status'. Expected 0 arguments but got 1: extra.",
    ],
    [["undo", "--json"], "missing required argument 'run or event'"],
    [["--json", "--config"], "option '-c, --config <file>' argument missing"],
    [["--json"], "No command was given. `kalends --help` lists them."],
  ])("is told as JSON where that is wanted: %j", async (argv, error) => {
    const { code, printed } = await run(...argv);
    expect([code, JSON.parse(printed)]).toEqual([2, { error }]);
  });

  it("is told on standard error alone where text is wanted", async () => {
    expect(await run("rubbish")).toEqual({ code: 2, printed: "" });
  });
});

describe("every command", () => {
  const most = {
    check: 0,
    plan: 0,
    sync: 0,
    run: 0,
    status: 0,
    audit: 0,
    hold: 4,
    adopt: 1,
    purge: 0,
    history: 1,
    undo: 1,
  };

  it.each(Object.entries(most))("refuses an argument that it does not know: %s", async (command, count) => {
    const args = Array.from({ length: count + 1 }, (_, index) => `a${index}`);
    const needed = command === "purge" ? ["--source", "x"] : [];
    const { code, printed } = await run(command, ...args, ...needed, "--json");
    expect([code, printed]).toEqual([2, expect.stringContaining("too many arguments")]);
  });

  it("is among these", async () => {
    const { printed } = await run("--help");
    const named = [...printed.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set([...Object.keys(most), "help"]));
  });
});

describe("an environment that cannot be used", () => {
  it("is told on standard error, and as the problems of a configuration are in JSON", async () => {
    vi.stubEnv("DATABASE_URL", "nonsense");
    const text = await runBoth("status");
    expect(text).toMatchObject({ code: 78, printed: "" });
    expect(text.errors).toMatch(/^kalends: DATABASE_URL is not the address of a PostgreSQL database.*\n$/);
    const path = "DATABASE_URL";
    const message: unknown = expect.stringMatching(/^DATABASE_URL is not the address/);
    const problems = [{ line: null, column: null, path, message, severity: "error" }];
    expect(JSON.parse((await run("status", "--json")).printed)).toEqual({ problems });
    expect(JSON.parse((await run("check", "--json")).printed)).toEqual({ valid: false, problems });
  });
});

describe("kalends hold", () => {
  it("--help says which arguments each action takes", async () => {
    const { code, printed } = await run("hold", "--help");
    expect(code).toBe(0);
    expect(printed).toContain("kalends hold show TARGET SOURCE  ");
    expect(printed).toContain("kalends hold approve TARGET SOURCE [MARK]");
  });

  it("lists, shows, approves or rejects, with a mark where one is decided on", () => {
    expect(readHoldRequest([])).toEqual({ action: "list" });
    expect(readHoldRequest(["list"])).toEqual({ action: "list" });
    const name = { targetId: "all", sourceId: "work" };
    expect(readHoldRequest(["show", "all", "work"])).toEqual({ action: "show", ...name, mark: null });
    expect(readHoldRequest(["approve", "all", "work", "a1b2c3"])).toEqual({
      action: "approve",
      ...name,
      mark: "a1b2c3",
    });
  });

  it.each([
    [["list", "all"], /^Superfluous: "all"\. The command is: kalends hold list$/],
    [["list", "all", "work"], /^Superfluous: "all", "work"\./],
    [
      ["show", "all", "work", "a1b2c3"],
      /^Superfluous: "a1b2c3"\. The command is: kalends hold show TARGET SOURCE$/,
    ],
    [["reject", "all", "work", "a1b2c3", "d"], /^Superfluous: "d"\./],
    [["reject", "all"], /Name the target and the source/],
    [["aprove", "all", "work"], /not "aprove"/],
    [
      ["approve", "all", "work", "zzz"],
      /^"zzz" is no mark: .*six hexadecimal digits.*`kalends hold show all work`/,
    ],
    [["reject", "all", "work", "a1b2c3d"], /^"a1b2c3d" is no mark/],
  ])("refuses what is missing, unknown or superfluous: %j", (args, message) => {
    expect(() => readHoldRequest(args)).toThrow(message);
  });
});
