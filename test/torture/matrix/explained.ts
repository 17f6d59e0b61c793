import type { Answer } from "../../integration/installation.ts";
import type { NamedFault } from "./faults.ts";
import type { Place } from "./place.ts";

/** What comes next, as `sync` and `status` say it. */
const next =
  /the next run goes on from here|See `kalends status`|next attempt|tried again|will be read|still to be read|refused|nothing is lost/i;

/** Sentences that tell the owner what to do. */
const remedies =
  /\b(Check|Grant|Give|Use|Renew|Look|If the server|Replace|bring|Without ETags|Open|Make|Put|Try|Ask)\b/i;

/**
 * What the owner was not told: which source or target it was, what was attempted, what comes next, and for faults
 * that do not pass, what to do.
 */
export function explained(
  { code, text }: Answer,
  place: Place,
  fault: NamedFault,
  hits: number,
  status: Answer,
): string[] {
  if (hits === 0 || code === 0 || place.isWell.test(text)) return [];
  const problems: string[] = [];
  const all = `${text}\n${status.text}`;
  if (!place.blames.test(all)) problems.push(`names nobody: ${text}`);
  if (
    !/\b(GET|PUT|POST|DELETE|PROPFIND|REPORT|PROPPATCH|MKCALENDAR|reading|asking|looking)\b|The server|The sink|calendar/.test(
      all,
    )
  )
    problems.push(`does not say what was attempted: ${text}`);
  if (!next.test(all)) problems.push(`does not say what comes next: ${text}`);
  // A connection that is in use is only dropped: the certificate is seen by the next one.
  const isSeen = fault.fault.kind !== "tls" || /certificate|TLS/i.test(all);
  if (fault.remedy === true && isSeen && !remedies.test(all)) problems.push(`names no remedy: ${text}`);
  if (/\[object |undefined|NaN/.test(all)) problems.push(`is broken: ${text}`);
  return problems;
}
