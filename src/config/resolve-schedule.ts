import { CronExpressionParser } from "cron-parser";
import type { Config } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** The cron expressions, each known to be well-formed and to fire some day. */
export function resolveSchedule(
  context: ResolveContext,
  draft: ConfigDraft["schedule"],
  timezone: string,
): Config["schedule"] {
  const read = (key: keyof Config["schedule"]): string => {
    const written = draft?.[key];
    if (written === undefined) return defaults.schedule[key];
    const expression = written.trim().replaceAll(/\s+/g, " ");
    const reason = explainCron(expression, timezone);
    if (reason === undefined) return expression;
    context.reporter.error(["schedule", key], reason, {
      found: true,
      allowed: 'minute hour day-of-month month day-of-week, such as "*/2 * * * *" or "15 3 * * 1-5"',
    });
    return defaults.schedule[key];
  };
  return { pull: read("pull"), audit: read("audit"), report: read("report") };
}

const fieldNames = ["minute", "hour", "day of the month", "month", "day of the week"];

function explainCron(expression: string, timezone: string): string | undefined {
  const fields = expression.split(" ");
  if (fields.length !== fieldNames.length || expression === "") {
    return `a cron expression has five fields, this has ${expression === "" ? 0 : fields.length}`;
  }
  // Each field by itself first, so that the message can name it.
  for (const [index, name] of fieldNames.entries()) {
    const alone = fieldNames.map((_, other) => (other === index ? fields[index] : "*")).join(" ");
    // The parser knows H (a random value): it would be another one after every start.
    if (/(^|,)H/.test(fields[index] ?? "") || !fires(alone, timezone)) return `the ${name} is not usable`;
  }
  return fires(expression, timezone) ? undefined : "never fires: no such day exists in these months";
}

function fires(expression: string, timezone: string): boolean {
  try {
    return CronExpressionParser.parse(expression, { tz: timezone }).next() !== null;
  } catch {
    return false;
  }
}
