import * as z from "zod";
import type { YamlPath } from "./yaml-path.ts";

/** One objection of the schema, in terms of the file. Paths of keys end in the key. */
export type Finding =
  | { readonly kind: "unknown-key"; readonly path: YamlPath; readonly allowed: readonly string[] }
  | {
      readonly kind: "wrong-key" | "wrong-text" | "wrong-type";
      readonly path: YamlPath;
      readonly allowed: string;
    }
  | {
      readonly kind: "wrong-value";
      readonly path: YamlPath;
      readonly allowed: string;
      /** Those of the allowed values that are words, for suggestions. */
      readonly words: readonly string[];
    }
  | { readonly kind: "empty"; readonly path: YamlPath };

type Issue = z.core.$ZodIssue;

/** Zod's issues as findings; `base` is the path that theirs start from. */
export function collectFindings(issues: readonly Issue[], base: YamlPath): Finding[] {
  return issues.flatMap((issue) => toFindings(issue, [...base, ...issue.path.map(toStep)]));
}

/** An error map for zod: the message of an unknown key is the list of the keys that are known there. */
export function listAllowedKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "unrecognized_keys") return undefined;
  return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(" ") : "";
}

function toFindings(issue: Issue, path: YamlPath): Finding[] {
  switch (issue.code) {
    case "unrecognized_keys": {
      const allowed = issue.message.split(" ");
      return issue.keys.map((key) => ({ kind: "unknown-key", path: [...path, key], allowed }));
    }
    case "invalid_type":
      return [{ kind: "wrong-type", path, allowed: typeName(issue.expected) }];
    case "invalid_value":
      return [wrongValue(path, issue.values.map(String), [])];
    case "invalid_union":
      return unionFindings(issue.errors, path);
    case "invalid_key":
      return [{ kind: "wrong-key", path, allowed: issue.issues[0]?.message ?? "text" }];
    case "too_small":
      return typeof issue.minimum === "number" && issue.origin === "number"
        ? [{ kind: "wrong-text", path, allowed: `${issue.minimum} or more` }]
        : [{ kind: "empty", path }];
    case "invalid_format":
    case "invalid_element":
    case "not_multiple_of":
    case "too_big":
    case "custom":
      return [{ kind: "wrong-text", path, allowed: issue.message }];
    default:
      return issue satisfies never;
  }
}

/**
 * A value may be of several forms (`all` or a list). Where its kind fits one of them, only that form's
 * objections matter; otherwise all forms are named.
 */
function unionFindings(branches: readonly (readonly Issue[])[], path: YamlPath): Finding[] {
  const fitting = branches.find((issues) => !issues.some(isMismatch));
  if (fitting !== undefined) return collectFindings(fitting, path);
  const words = branches.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === "invalid_value" ? issue.values.map(String) : [])),
  );
  const types = branches.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === "invalid_type" ? [typeName(issue.expected)] : [])),
  );
  return [wrongValue(path, words, types)];
}

function wrongValue(path: YamlPath, words: readonly string[], types: readonly string[]): Finding {
  return { kind: "wrong-value", path, allowed: [...words, ...types].join(", "), words };
}

function isMismatch(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function typeName(expected: string): string {
  switch (expected) {
    case "string":
      return "text";
    case "object":
    case "record":
      return "a mapping (key: value)";
    case "array":
      return "a list";
    case "boolean":
      return "true or false";
    case "number":
    case "int":
      return "a whole number";
    default:
      return expected;
  }
}

function toStep(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}
