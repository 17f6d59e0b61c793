import type { ConfigDraft } from "./draft.ts";
import { guessKinds } from "./guess-kind.ts";
import type { Reporter } from "./reporter.ts";
import { configSchema } from "./schema.ts";
import type { Finding } from "./schema-findings.ts";
import { collectFindings, listAllowedKeys } from "./schema-findings.ts";
import type { YamlPath } from "./yaml-path.ts";

/** Holds the file's content against the schema, reports what does not fit and leaves that out of the draft. */
export function checkStructure(value: unknown, reporter: Reporter): ConfigDraft {
  const draft: unknown = structuredClone(value);
  removeBroken(draft, [], reporter);
  guessKinds(draft, reporter);
  const outcome = configSchema.safeParse(draft, { error: listAllowedKeys });
  const findings = outcome.success ? [] : collectFindings(outcome.error.issues, []);
  for (const finding of findings) {
    if (!isBroken(finding.path, reporter)) reportFinding(finding, reporter);
  }
  for (const finding of findings) remove(draft, finding.path);
  // All that the schema objected to is gone; the rest is what it describes.
  return typeof draft === "object" && draft !== null ? draft : {};
}

function isBroken(path: YamlPath, reporter: Reporter): boolean {
  return reporter.node(path)?.broken === true;
}

function reportFinding(finding: Finding, reporter: Reporter): void {
  const { path, kind } = finding;
  const missing = explainMissing(path, reporter);
  if (missing !== undefined && kind !== "unknown-key" && kind !== "wrong-key") {
    const allowed = kind === "empty" ? undefined : finding.allowed;
    reporter.error(path, missing, { allowed, atKey: true });
    return;
  }
  switch (kind) {
    case "unknown-key":
      return reportUnknownKey(path, finding.allowed, reporter);
    case "wrong-key":
      return reporter.error(path, "not usable as an id", { allowed: finding.allowed, atKey: true });
    case "wrong-value":
      return reporter.error(path, "not an allowed value", {
        found: true,
        allowed: finding.allowed,
        words: finding.words,
      });
    case "wrong-text":
      return reporter.error(path, "not usable", { found: true, allowed: finding.allowed });
    case "wrong-type":
      return reportWrongType(path, finding.allowed, reporter);
    case "empty":
      return reporter.error(path, "must not be empty");
    default:
      kind satisfies never;
  }
}

function reportUnknownKey(path: YamlPath, allowed: readonly string[], reporter: Reporter): void {
  const key = String(path.at(-1));
  if (key === "rules" && path[0] === "sources" && path.length === 3) {
    reporter.error(
      path,
      "rules are not supported yet: without them every event of the source is shown in full",
      {
        atKey: true,
      },
    );
    return;
  }
  const colon = key.indexOf(":");
  if (colon > 0) {
    // `password:hunter2` in braces is one long key: nothing after its colon may be shown.
    const parent = path.slice(0, -1);
    const place = reporter.node(path)?.keyPosition;
    const where = place ? ` (line ${place.line})` : "";
    reporter.error(parent, `a space is missing after "${key.slice(0, colon)}:"${where}`);
    return;
  }
  reporter.error(path, "unknown key", {
    allowed: allowed.join(", "),
    words: allowed,
    word: key,
    atKey: true,
  });
}

function reportWrongType(path: YamlPath, allowed: string, reporter: Reporter): void {
  const scalar = typeof reporter.node(path)?.value !== "object";
  const quotes = scalar && allowed === "text" ? ": write it in quotes" : "";
  reporter.error(path, `must be ${allowed}${quotes}`, { found: "kind" });
}

function explainMissing(path: YamlPath, reporter: Reporter): string | undefined {
  const node = reporter.node(path);
  if (node === undefined) return "this key is required";
  if (node.value !== null) return undefined;
  return path.length === 0
    ? "the file is empty"
    : "there is no value here (one that begins with # or & needs quotes)";
}

function remove(draft: unknown, path: YamlPath): void {
  const last = path.at(-1);
  if (last === undefined) return;
  const parent = path.slice(0, -1).reduce(child, draft);
  if (Array.isArray(parent) && typeof last === "number") parent[last] = undefined;
  else if (isRecord(parent)) delete parent[last];
}

/** Values that hang on a missing environment variable must not reach the checks of meaning. */
function removeBroken(value: unknown, path: YamlPath, reporter: Reporter): void {
  if (!Array.isArray(value) && !isRecord(value)) return;
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of entries) {
    const inner = [...path, key];
    if (isBroken(inner, reporter)) remove(value, [key]);
    else removeBroken(item, inner, reporter);
  }
}

function child(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === "number" ? value[step] : undefined;
  return isRecord(value) ? value[step] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
