import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Engine, engineOn } from "./engine.ts";
import { startEngineProcess } from "./engine-process.ts";

const modules = "import icalendar, recurring_ical_events";

/** The first Python that has the Debian package `python3-recurring-ical-events`; null if there is none. */
export function findPython(): string | null {
  return ["/usr/bin/python3", "python3"].find(hasModules) ?? null;
}

function hasModules(command: string): boolean {
  return spawnSync(command, ["-c", modules], { stdio: "ignore" }).status === 0;
}

/** recurring_ical_events, with pytz' own time zones. */
export function startPythonEngine(python: string): Engine & AsyncDisposable {
  const child = startEngineProcess(python, [join(import.meta.dirname, "python/engine.py")]);
  return { ...engineOn("python", child), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}
