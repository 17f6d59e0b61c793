import { resolve } from "node:path";
import type { FileReader } from "./file-reader.ts";
import type { Reporter } from "./reporter.ts";
import type { YamlPath } from "./yaml-path.ts";

/** What the checks of meaning work with. A check that fails reports and returns undefined. */
export type ResolveContext = {
  readonly reporter: Reporter;
  readonly files: FileReader;
  /** Absolute folder of the configuration file: relative paths start here. */
  readonly folder: string;
  readonly now: Date;
};

/** A file that the configuration names: its text, or undefined after reporting why not. */
export async function readNamedFile(
  context: ResolveContext,
  path: YamlPath,
  written: string,
): Promise<string | undefined> {
  const file = resolve(context.folder, written);
  const content = await context.files.read(file);
  if (content.kind === "failed") {
    context.reporter.error(path, `the file ${fileName(context, path, file)} ${content.reason}`);
    return undefined;
  }
  if (content.text.trim() === "") {
    context.reporter.error(path, `the file ${fileName(context, path, file)} is empty`);
    return undefined;
  }
  return content.text;
}

/** How a file may be called in messages: as written, where the environment had a part in it. */
export function fileName(context: ResolveContext, path: YamlPath, file: string): string {
  return context.reporter.node(path)?.template ?? file;
}
