import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseEnv } from "node:util";

/** The household of simulators in a process of its own, so that its work is not measured as ours. */
export interface HouseholdProcess extends AsyncDisposable {
  readonly folder: string;
  readonly configuration: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Control API of the simulated Baikal. */
  readonly baikalControl: string;
}

/** Starts it with so many events in each of the three sources. */
export async function startHouseholdProcess(events: number, seriesShare = 0.3): Promise<HouseholdProcess> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-bench-"));
  const main = join(import.meta.dirname, "../simulator/main.ts");
  const child = spawn(
    process.execPath,
    [main, "--folder", folder, "--events", String(events), "--series-share", String(seriesShare)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "exit");
  let baikalControl = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("Baikal: ")) baikalControl = line.split("control ")[1] ?? "";
    if (line.startsWith("npm run kalends")) break;
  }
  return {
    folder,
    configuration: join(folder, "sources.yaml"),
    environment: parseEnv(await readFile(join(folder, "environment"), "utf8")),
    baikalControl,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
