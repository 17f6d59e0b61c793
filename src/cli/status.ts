import type { AuditState } from "../health/freshness.ts";
import type { Command } from "./command.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { statusJson, type StatusReport, statusReport } from "./status-report.ts";
import { printStatus } from "./status-text.ts";

/**
 * `kalends status`: how fresh every account is and whether that is enough, what stands in the targets, which alerts are
 * on, and what is left out and why.
 */
export const statusCommand: Command = async (session) => {
  const report = await statusReport(session);
  const code = codeOf(report);
  printStatus(session.output, report);
  session.output.result({ ...statusJson(report), exitCode: code });
  return code;
};

function codeOf({ accounts, targets, holds, health }: StatusReport): ExitCode {
  const read = accounts.filter(({ isConfigured }) => isConfigured).map(({ status }) => status);
  const written = targets.filter(({ isConfigured }) => isConfigured).map(({ status }) => status);
  if (written.some(({ waitsForPerson }) => waitsForPerson)) return exitCode.held;
  const isUnwell =
    !health.readiness.ready ||
    [...health.accounts, ...health.targets].some(({ audit }) => isBehind(audit)) ||
    read.some(({ error, owed }) => error !== null || owed > 0) ||
    written.some(({ error }) => error !== null) ||
    // Approved, and not carried out yet.
    holds.some(({ targetId }) => written.some(({ target }) => target === targetId));
  return isUnwell ? exitCode.incomplete : exitCode.ok;
}

function isBehind(audit: AuditState): boolean {
  return audit === "overdue" || audit === "unbalanced";
}
