import type { Command, Options } from "../../../src/cli/command.ts";
import { configOf, createFolder, validYaml } from "../config/fixture.ts";
import type { World } from "../reconcile/world.ts";

/** What a command said and how it ended. */
export type Answer = { readonly code: number; readonly text: string; readonly result: unknown };

/** Runs a command in a process of its own on a world, as on PostgreSQL: there is no daemon to ask. */
export async function runCommand(
  world: Pick<World, "context" | "faults">,
  command: Command,
  options: Options = {},
  args: readonly string[] = [],
): Promise<Answer> {
  const lines: string[] = [];
  let result: unknown;
  const output = {
    json: false,
    print: (line: string) => void lines.push(line),
    result: (value: unknown) => {
      result = value;
    },
    progress: () => undefined,
  };
  const { context } = world;
  await using folder = await createFolder();
  const config = configOf(await folder.load(validYaml));
  const { signal } = world.faults;
  const code = await command(
    { config, context, dryRun: context, output, signal, daemon: null },
    args,
    options,
  );
  return { code, text: lines.join("\n"), result };
}
