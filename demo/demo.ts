import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Household, phone as phoneUser, startHousehold } from "../simulator/household.ts";
import { watchFirstImport } from "./first-import.ts";
import { type Kalends, kalendsWith } from "./kalends.ts";
import { openPhone, type Phone, type PhoneAccount } from "./phone.ts";
import { type Chapter, setTheScene } from "./story.ts";

const usage = `The demo: simulators of two Microsoft 365 tenants, iCloud and Baikal, and the real daemon.

  npm run demo                       about a minute, ends with a summary
  npm run demo -- --keep             leaves everything running until Ctrl-C
  npm run demo -- --sink URL --username USER --password PASSWORD
                                     writes to a real CalDAV server instead of the simulated Baikal
  npm run demo -- --events N         events in each source to begin with (default 100)
`;

type Options = {
  keep: boolean;
  sink: { url: string; username: string; password: string } | null;
  events: number;
};

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 2;
  const folder = await mkdtemp(join(tmpdir(), "kalends-demo-"));
  await mkdir(folder, { recursive: true });
  const startedAt = Date.now();
  await using household = await startHousehold(folder, {
    agency: options.events,
    company: options.events,
    family: options.events,
  });
  const story = setTheScene(household, Date.now());
  const configuration = join(folder, "sources.yaml");
  const { sink } = options;
  await writeFile(
    configuration,
    household.configuration({ pull: "*/5 * * * *", ...(sink === null ? {} : { sink }) }),
  );
  const environment = {
    ...household.environment,
    ...(sink === null ? {} : { BAIKAL_PASSWORD: sink.password }),
  };
  const kalends = kalendsWith(environment, configuration, join(folder, "data"));
  await using phone = openPhone(await phoneAccount(options, household, folder), ["All Events", "Agency"]);

  say(`Everything of this demo is in ${folder}; the daemon's log is daemon.log there.\n`);
  heading("The configuration is checked");
  if ((await kalends.run(["check"], true)).code !== 0) return 1;
  heading("The daemon starts: first import");
  const log = createWriteStream(join(folder, "daemon.log"));
  const daemon = await kalends.startDaemon(log);
  const failures: string[] = [];
  const rows: Array<[string, string]> = [];
  try {
    await watchFirstImport(kalends, say);
    const first = await settle(kalends);
    if (first !== 0) failures.push(`the first import ended with exit code ${first}`);
    const seen = await phone.look();
    say(`The phone now shows ${seen.length} events.`);
    rows.push(["First import", `${seen.length} events`]);
    for (const chapter of story)
      rows.push([chapter.title, await tell(chapter, household, kalends, phone, failures)]);
    rows.push(["An idle run afterwards", await idleRun(household, kalends, failures)]);
    rows.push(["Mail that anybody was sent", `${countMail(household)}`]);
    if (countMail(household) > 0) failures.push("somebody would have been mailed");
    heading("Where it stands");
    await kalends.run(["status"], true);
    summary(rows, failures, Date.now() - startedAt);
    if (options.keep) await keep(configuration, folder);
  } finally {
    const code = await daemon.stop();
    if (code !== 0) failures.push(`the daemon ended with exit code ${code}`);
  }
  if (!options.keep) await rm(folder, { recursive: true, force: true });
  return failures.length === 0 ? 0 : 1;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      sink: { type: "string" },
      username: { type: "string" },
      password: { type: "string" },
      events: { type: "string", default: "100" },
      help: { type: "boolean", default: false },
    },
  });
  const events = Number(values.events);
  if (
    values.help ||
    !Number.isInteger(events) ||
    events < 1 ||
    (values.sink !== undefined && (values.username === undefined || values.password === undefined))
  ) {
    say(usage);
    return null;
  }
  const { sink: url, username = "", password = "" } = values;
  return { keep: values.keep, sink: url === undefined ? null : { url, username, password }, events };
}

async function phoneAccount(options: Options, household: Household, folder: string): Promise<PhoneAccount> {
  if (options.sink !== null) return { ...options.sink, ca: null };
  const ca = await readFile(join(folder, "ca.pem"), "utf8");
  return { url: household.baikal.url, username: phoneUser, password: "phone-password", ca };
}

async function tell(
  chapter: Chapter,
  household: Household,
  kalends: Kalends,
  phone: Phone,
  failures: string[],
): Promise<string> {
  heading(chapter.title);
  chapter.happen(household);
  const planned = await kalends.run(["plan"]);
  for (const line of planned.stdout.split("\n"))
    if (/: (create|update|delete|adopt) /.test(line)) say(`  planned → ${line}`);
  await settle(kalends);
  const seen = await phone.look();
  const starts = new Map<string, readonly string[]>();
  for (const { title, starts: own } of seen)
    if (chapter.look.includes(title)) starts.set(title, [...(starts.get(title) ?? []), ...own]);
  for (const title of chapter.look) {
    const own = starts.get(title);
    say(
      `  the phone shows ${title}: ${own === undefined ? "not any more" : `${own.slice(0, 4).join(" · ")}${own.length > 4 ? " …" : ""}`}`,
    );
  }
  const wrong = chapter.check(starts);
  if (wrong !== null) failures.push(`${chapter.title}: ${wrong}`);
  return wrong ?? "right on the phone";
}

/** Syncs until nothing is left to do; a run that was throttled says so and the next one goes on. */
async function settle(kalends: Kalends): Promise<number> {
  let code = 1;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const result = await kalends.run(["sync"]);
    code = result.code;
    for (const line of result.stdout.trimEnd().split("\n")) say(`  ${line}`);
    if (code === 0) return 0;
  }
  return code;
}

async function idleRun(household: Household, kalends: Kalends, failures: string[]): Promise<string> {
  heading("A run over an unchanged world");
  household.graph.resetCounters();
  household.icloud.control.clearCounters();
  household.baikal.control.clearCounters();
  await settle(kalends);
  const asked = sum(household.graph.counters().requests) + sum(household.icloud.control.counters().byMethod);
  const written = sum(household.baikal.control.counters().byMethod);
  if (written > 0) failures.push(`an idle run sent ${written} requests to the target`);
  return `${asked} requests to the sources, ${written} to the target`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function countMail(household: Household): number {
  return (
    household.graph.counters().mail.length +
    household.icloud.control.counters().mail.length +
    household.baikal.control.counters().mail.length
  );
}

function summary(
  rows: ReadonlyArray<[string, string]>,
  failures: readonly string[],
  elapsedMs: number,
): void {
  heading("Summary");
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, result] of rows) say(`  ${what.padEnd(width)}  ${result}`);
  say("");
  for (const failure of failures) say(`  WRONG: ${failure}`);
  say(
    failures.length === 0
      ? `All is well, after ${Math.round(elapsedMs / 1000)} seconds.`
      : `${failures.length} things went wrong.`,
  );
}

async function keep(configuration: string, folder: string): Promise<void> {
  say(
    `\nStill running; try: npm run kalends -- --config ${configuration} --data ${join(folder, "data")} status`,
  );
  say("Ctrl-C ends it.");
  await new Promise((resolve) => process.once("SIGINT", resolve));
}

function heading(text: string): void {
  say(`\n== ${text}`);
}

function say(text: string): void {
  console.log(text);
}

process.exitCode = await main();
