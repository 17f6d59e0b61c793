import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../simulator/graph/random.ts";
import { type Household, owner, startHousehold } from "../../simulator/household.ts";
import { fingerprint } from "../../src/calendar/fingerprint.ts";
import { fillDataFolder } from "./empty-data-folder.ts";
import { calendarOf } from "./installation.ts";
import { type ProcessOptions, runKalends, startKalends } from "./kalends-process.ts";
import { watchRequests } from "./request-watch.ts";
import { forgetTraffic, trafficOf } from "./traffic.ts";

const size = { agency: 25, company: 20, family: 25 };
const chains = 2;
const killsInChain = 10;
const dayMs = 86_400_000;
/** Where time stands still, identical worlds have identical ids. */
const today = Math.floor(Date.now() / dayMs) * dayMs;
const key = "0123456789abcdef".repeat(4);

type Place = ProcessOptions & { readonly household: Household; readonly folder: string } & AsyncDisposable;

/** The same household each time, and a place for Kalends beside it, with the same installation key. */
async function openPlace(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kalends-killed-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const household = stack.use(await startHousehold(folder, size, () => today));
  const place = {
    configuration: join(folder, "sources.yaml"),
    data: join(folder, "data"),
    environment: household.environment,
    household,
    folder,
  };
  await writeFile(place.configuration, household.configuration());
  await fillDataFolder(place.data);
  await writeFile(join(place.data, "installation.key"), `${key}\n`);
  return { ...place, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What stands in the targets: the fingerprint of every object by its name. */
function standingIn({ household }: Place): Record<string, string> {
  return Object.fromEntries(
    ["all", "agency"].flatMap((target) =>
      Object.entries(household.baikal.control.objects(owner, calendarOf(target))).map(([name, { body }]) => [
        `${target}/${name}`,
        fingerprint(body),
      ]),
    ),
  );
}

describe("a process that is killed", { timeout: 300_000 }, () => {
  it(`at ${chains * killsInChain} points of a first import leaves nothing doubled and nothing out`, async () => {
    await using undisturbed = await openPlace();
    const { code, stdout } = await runKalends(undisturbed, ["sync"]);
    expect(`${code} ${stdout}`).toMatch(/^0 /);
    const wanted = standingIn(undisturbed);
    expect(Object.keys(wanted).length).toBeGreaterThan(60);

    const seeds = Array.from({ length: chains }, (_, chain) => chain + 1);
    for (const { standing, kills, again } of await Promise.all(seeds.map(importUnderFire))) {
      expect(kills).toBe(killsInChain);
      expect(standing).toEqual(wanted);
      expect(again).toMatchObject({ sink: 0, writes: 0 });
    }
  });
});

/** An import that is killed again and again, and then left to its end; and one run more. */
async function importUnderFire(seed: number) {
  const random = createRandom(seed);
  await using place = await openPlace();
  let kills = 0;
  for (let turn = 0; turn < killsInChain; turn += 1) {
    // Coming back costs a dozen requests; a little more than that, and the import goes on between the kills.
    if (await runAndKill(place, random.integer(1, 45), random.chance(0.5))) kills += 1;
  }
  const { code, stdout, stderr } = await runKalends(place, ["sync"]);
  expect(`${code} ${stdout} ${stderr}`).toMatch(/^0 /);
  const standing = standingIn(place);
  forgetTraffic(place.household);
  expect((await runKalends(place, ["sync"])).code).toBe(0);
  return { standing, kills, again: trafficOf(place.household) };
}

/** Kills it at its n-th request: before or after it was answered. False when it had ended before. */
async function runAndKill(place: Place, nth: number, isAnswered: boolean): Promise<boolean> {
  const { child, ended } = startKalends(place, ["sync"]);
  let seen = 0;
  const watch = watchRequests(place.household, isAnswered ? "answered" : "arrived", () => {
    seen += 1;
    if (seen === nth) child.kill("SIGKILL");
  });
  const { signal } = await ended;
  watch[Symbol.dispose]();
  return signal === "SIGKILL";
}
