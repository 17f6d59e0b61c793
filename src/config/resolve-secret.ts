import { resolve } from "node:path";
import type { ResolveContext } from "./resolve-context.ts";
import { fileName, readNamedFile } from "./resolve-context.ts";
import { Secret } from "./secret.ts";
import type { YamlPath } from "./yaml-path.ts";
import { formatPath } from "./yaml-path.ts";

/** A secret that is given as `<key>` or as `<key>_file`. */
export type SecretDraft = {
  readonly key: "password" | "secret" | "webhook";
  readonly value: string | undefined;
  readonly file: string | undefined;
};

/** Exactly one of the two must be there. The end of the file's last line is not part of the secret. */
export async function resolveSecret(
  context: ResolveContext,
  parent: YamlPath,
  draft: SecretDraft,
): Promise<Secret | undefined> {
  const { reporter } = context;
  const path = [...parent, draft.key];
  const filePath = [...parent, `${draft.key}_file`];
  const given = [path, filePath].filter((candidate) => reporter.has(candidate));
  if (given.length === 2) {
    reporter.error(filePath, `give ${draft.key} or ${draft.key}_file, not both`, { atKey: true });
    return undefined;
  }
  if (given.length === 0) {
    reporter.error(path, `this key is required, or ${draft.key}_file in its place`);
    return undefined;
  }
  if (draft.file !== undefined) {
    const text = await readNamedFile(context, filePath, draft.file);
    const origin = fileName(context, filePath, resolve(context.folder, draft.file));
    return text === undefined ? undefined : new Secret(text.replace(/(\r?\n)+$/, ""), origin);
  }
  if (draft.value === undefined) return undefined;
  const variables = reporter.node(path)?.variables ?? [];
  return new Secret(draft.value, variables.length > 0 ? variables.join(", ") : formatPath(path));
}
