import type { EventDescription } from "./compose.ts";

/** Characters of all the HTML of an object. */
const mostHtml = 200_000;

/** Characters of the descriptions of all overrides of an object; those after it are shortened to so many each. */
const mostText = 1_000_000;
const shortText = 200;

/**
 * The events of one object (master first) with as much text as servers and phones can bear: an override does not
 * repeat the master's HTML, HTML is left out once there is too much of it, and then descriptions are shortened.
 */
export function withinBudget(events: readonly EventDescription[]): readonly EventDescription[] {
  const [master, ...overrides] = events;
  if (master === undefined || overrides.length === 0) return events;
  let html = master.html?.length ?? 0;
  let text = 0;
  const bounded = overrides.map((event) => {
    const own = event.html === master.html ? null : event.html;
    const isHtmlKept = own !== null && html + own.length <= mostHtml;
    if (isHtmlKept) html += own.length;
    const isWhole = text + event.description.length <= mostText;
    const description = isWhole ? event.description : shortened(event.description);
    text += isWhole ? description.length : 0;
    return { ...event, html: isHtmlKept ? own : null, description };
  });
  return [master, ...bounded];
}

function shortened(text: string): string {
  if (text.length <= shortText) return text;
  return `${text.slice(0, shortText).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
