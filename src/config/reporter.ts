import type { Problem } from "./problem.ts";
import { suggest } from "./suggest.ts";
import type { YamlPath } from "./yaml-path.ts";
import { formatPath } from "./yaml-path.ts";
import type { Position, YamlNode, YamlTree } from "./yaml-tree.ts";

/**
 * Collects problems with their place in the file. The one spot that decides what of a value may be
 * shown: nothing of secrets, and the written text instead of what an environment variable held.
 */
export type Reporter = {
  readonly problems: readonly Problem[];
  error(path: YamlPath, message: string, details?: ProblemDetails): void;
  warning(path: YamlPath, message: string, details?: ProblemDetails): void;
  /** The value at `path` as it may be shown; undefined where it must not be, or there is none. */
  shown(path: YamlPath): string | undefined;
  /** Whether something stands at `path` in the file, usable or not. */
  has(path: YamlPath): boolean;
  node(path: YamlPath): YamlNode | undefined;
};

type ProblemDetails = {
  /** Show the value that stands there, or only what kind of value it is. */
  readonly found?: boolean | "kind";
  readonly allowed?: string | undefined;
  /** Words among which the nearest to `word` (else to the value) is suggested. */
  readonly words?: readonly string[];
  readonly word?: string;
  /** Point at the key instead of the value. */
  readonly atKey?: boolean;
};

/** A reporter over one file; starts with the problems of the file itself. */
export function createReporter(tree: YamlTree): Reporter {
  const problems: Problem[] = [...tree.problems];
  const node = (path: YamlPath) => tree.nodes.get(formatPath(path));
  const shown = (path: YamlPath) => show(path, node(path));

  function add(
    severity: Problem["severity"],
    path: YamlPath,
    message: string,
    details: ProblemDetails,
  ): void {
    const found =
      details.found === true ? shown(path) : details.found === "kind" ? kindOf(node(path)?.value) : undefined;
    const suggestion = suggestionFor(path, node(path), details);
    problems.push({
      ...positionOf(tree, path, details.atKey === true),
      path: formatPath(path),
      message,
      ...(found === undefined ? {} : { found }),
      ...(details.allowed === undefined ? {} : { allowed: details.allowed }),
      ...(suggestion === undefined ? {} : { suggestion }),
      severity,
    });
  }

  return {
    problems,
    error: (path, message, details = {}) => add("error", path, message, details),
    warning: (path, message, details = {}) => add("warning", path, message, details),
    shown,
    has: (path) => node(path) !== undefined,
    node,
  };
}

/** The node at the path, else the nearest thing around it. */
function positionOf(tree: YamlTree, path: YamlPath, atKey: boolean): Position {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = tree.nodes.get(formatPath(path.slice(0, length)));
    if (node === undefined) continue;
    const wantsKey = atKey && length === path.length && node.keyPosition !== null;
    return wantsKey && node.keyPosition !== null ? node.keyPosition : node.position;
  }
  return { line: 1, column: 1 };
}

const secretKeys: readonly unknown[] = ["password", "secret", "webhook"];

/** `credential` itself too: a secret is easily written one level too high. */
function isSecret(path: YamlPath): boolean {
  return path.at(-1) === "credential" || path.some((step) => secretKeys.includes(step));
}

function show(path: YamlPath, node: YamlNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const { value } = node;
  if (typeof value === "object") return kindOf(value);
  if (isSecret(path)) return undefined;
  if (node.template !== null) return JSON.stringify(node.template);
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function kindOf(value: unknown): string | undefined {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value === undefined) return undefined;
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "true or false" : "a number";
}

function suggestionFor(
  path: YamlPath,
  node: YamlNode | undefined,
  details: ProblemDetails,
): string | undefined {
  if (details.words === undefined) return undefined;
  if (details.word !== undefined) return suggest(details.word, details.words);
  if (typeof node?.value !== "string" || node.template !== null) return undefined;
  return isSecret(path) ? undefined : suggest(node.value, details.words);
}
