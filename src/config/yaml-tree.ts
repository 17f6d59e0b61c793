import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, YAMLMap } from "yaml";
import type { Variables } from "./interpolate.ts";
import { interpolate } from "./interpolate.ts";
import type { Problem } from "./problem.ts";
import type { YamlPath } from "./yaml-path.ts";
import { formatPath } from "./yaml-path.ts";
import { explainSyntaxError } from "./yaml-syntax.ts";

/** From 1. */
export type Position = { readonly line: number; readonly column: number };

/** Where a value stands and where it came from. */
export type YamlNode = {
  readonly value: unknown;
  readonly position: Position;
  /** Of the key, for values in a mapping. */
  readonly keyPosition: Position | null;
  /** The text as written, where it holds `${…}`: shown in place of the value. */
  readonly template: string | null;
  /** Environment variables that the text refers to. */
  readonly variables: readonly string[];
  /** The value could not be had (a variable is missing) and that was reported. */
  readonly broken: boolean;
};

/** The YAML file as plain data with the environment filled in, and where each piece of it stands. */
export type YamlTree = {
  readonly value: unknown;
  /** By formatted path. */
  readonly nodes: ReadonlyMap<string, YamlNode>;
  readonly problems: readonly Problem[];
  /** The file could not be read as YAML; `value` means nothing. */
  readonly unreadable: boolean;
};

// Aliases can blow a small file up, or make it endless; no honest configuration comes near these.
const nodesMax = 10_000;
const depthMax = 50;

/** Parses YAML 1.2 and fills in `${NAME}` in every text value. Never throws. */
export function readYamlTree(text: string, variables: Variables): YamlTree {
  const lines = new LineCounter();
  const document = parse(text, lines);
  if (document === undefined)
    return unreadable([{ ...start, path: "", message: tooLarge, severity: "error" }]);
  const syntax = syntaxProblems(document, text, lines);
  if (syntax.length > 0) return unreadable(syntax);
  const walk: Walk = { document, lines, variables, nodes: new Map(), problems: [], count: 0 };
  const value = readNode(walk, document.contents, [], null);
  if (walk.count > nodesMax) return unreadable(walk.problems.filter(({ message }) => message === tooLarge));
  return { value, nodes: walk.nodes, problems: walk.problems, unreadable: false };
}

const start: Position = { line: 1, column: 1 };
const tooLarge = "the file refers to itself or is far too large";

function unreadable(problems: readonly Problem[]): YamlTree {
  return { value: undefined, nodes: new Map(), problems, unreadable: true };
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch {
    // Only nesting so deep that the parser runs out of stack ends here: its errors are values.
    return undefined;
  }
}

type Walk = {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly variables: Variables;
  readonly nodes: Map<string, YamlNode>;
  readonly problems: Problem[];
  count: number;
};

function syntaxProblems(document: Document.Parsed, text: string, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  const source = text.split(/\r?\n/);
  const seen = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0]);
    // One mistake makes the parser stumble several times in its line.
    if (seen.has(line)) continue;
    seen.add(line);
    const message = explainSyntaxError(error, source[line - 1] ?? "");
    problems.push({ line, column: col, path: "", message, severity: "error" });
    // From here on the parser has lost its footing: what follows is no mistake of the owner's.
    if (error.message.includes("in YAML stream") || error.message.endsWith("at node end")) break;
  }
  return problems;
}

function readNode(walk: Walk, node: Node | null, path: YamlPath, key: Node | null): unknown {
  if (walk.count > nodesMax) return undefined;
  walk.count = path.length > depthMax ? nodesMax + 1 : walk.count + 1;
  if (walk.count > nodesMax) {
    fail(walk, node, path, tooLarge);
    return undefined;
  }
  const target = isAlias(node) ? (node.resolve(walk.document) ?? null) : node;
  if (target === null && isAlias(node)) {
    fail(walk, node, path, 'no anchor of that name; a value that begins with * needs quotes: "…"');
  }
  const entry = { template: null, variables: [], broken: target === null && isAlias(node) };
  // Registered before the children are read, so that a parent always stands before them.
  const register = (value: unknown, extra: Partial<YamlNode> = {}): void => {
    const position = at(walk, node ?? key);
    const keyPosition = key === null ? null : at(walk, key);
    walk.nodes.set(formatPath(path), { value, position, keyPosition, ...entry, ...extra });
  };
  if (isMap(target)) {
    const value: Record<string, unknown> = Object.create(null);
    register(value);
    readEntries(walk, target, path, value);
    return value;
  }
  if (isSeq(target)) {
    const value: unknown[] = [];
    register(value);
    for (const [index, item] of target.items.entries()) {
      value.push(readNode(walk, asNode(item), [...path, index], null));
    }
    return value;
  }
  if (isScalar(target) && typeof target.value === "string") {
    const filled = interpolate(target.value, walk.variables);
    reportInterpolation(walk, node, path, filled);
    const template = filled.names.length > 0 ? target.value : null;
    const broken = filled.malformed || filled.missing.length > 0;
    register(filled.text, { template, variables: filled.names, broken });
    return filled.text;
  }
  const value = isScalar(target) ? target.value : null;
  register(value);
  return value;
}

function readEntries(walk: Walk, map: YAMLMap, path: YamlPath, into: Record<string, unknown>): void {
  const first = new Map<string, Position>();
  for (const pair of map.items) {
    const key = asNode(pair.key);
    if (!isScalar(key)) {
      fail(walk, key, path, "a key must be a single word");
      continue;
    }
    const name = String(key.value);
    const earlier = first.get(name);
    if (earlier !== undefined) {
      fail(walk, key, [...path, name], `this key stands here twice, first in line ${earlier.line}`);
      continue;
    }
    first.set(name, at(walk, key));
    into[name] = readNode(walk, asNode(pair.value), [...path, name], key);
  }
}

/** The library types children loosely; in a parsed document they are nodes, or null for nothing. */
function asNode(child: unknown): Node | null {
  return isNode(child) ? child : null;
}

function reportInterpolation(
  walk: Walk,
  node: Node | null,
  path: YamlPath,
  { missing, malformed }: { readonly missing: readonly string[]; readonly malformed: boolean },
): void {
  for (const name of new Set(missing)) {
    fail(walk, node, path, `the environment variable ${name} is not set, or empty`);
  }
  if (malformed) {
    fail(walk, node, path, "${…} must hold the name of an environment variable; write $${ for a literal ${");
  }
}

function fail(walk: Walk, node: Node | null, path: YamlPath, message: string): void {
  walk.problems.push({ ...at(walk, node), path: formatPath(path), message, severity: "error" });
}

function at(walk: Walk, node: Node | null): Position {
  const { line, col } = walk.lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
