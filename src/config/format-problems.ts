import type { Problem } from "./problem.ts";

/**
 * Problems for a terminal, one a line, in the form that editors turn into links:
 * `config/sources.yaml:12:7  error  sources[1].cloud: unknown cloud; found "gcchigh"; allowed: …`.
 */
export function formatProblems(problems: readonly Problem[], file: string): string {
  return problems.map((problem) => formatProblem(problem, file)).join("\n");
}

function formatProblem(problem: Problem, file: string): string {
  const parts = [problem.message];
  if (problem.found !== undefined) parts.push(`found ${problem.found}`);
  if (problem.allowed !== undefined) parts.push(`allowed: ${problem.allowed}`);
  if (problem.suggestion !== undefined) parts.push(`did you mean ${problem.suggestion}?`);
  const subject = problem.path === "" ? "" : `${problem.path}: `;
  return `${file}:${problem.line}:${problem.column}  ${problem.severity}  ${subject}${parts.join("; ")}`;
}
