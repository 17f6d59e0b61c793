/** A line of underscores (Teams), dashes and tildes (Google) or box drawing (Zoom), by which services fence their part. */
const ruler = /^(?:_{10,}|(?=[-:]*~)[-:~]{10,}|[─━═]{3,})$/;

/** Blank lines, and those of nothing but ornaments. */
const air = /^(?:[|\s]*|-{3,})$/;

/** Where a service's part leads to. */
const serviceLink =
  /teams\.(?:microsoft|live|cloud)|zoom(?:gov)?\.(?:us|com)|meet\.google\.com|tel\.meet\/|webex\.com|zoomcrc\.com/i;

/** How lines of such a part begin. */
const label =
  /^(?:Microsoft Teams(?: meeting)?$|Join:|Join (?:Zoom|with Google) Meet|Join (?:by|meeting|from|on|instructions|with a)\b|(?:Meeting|Webinar|Video|Video conference|Phone conference|Conference) (?:ID|number|password|link)\b|Topic:|Time:|Passcode:|Password:|Access code:|Tenant key:|Dial(?: by| in)?\b|Or (?:call in|dial)\b|One tap mobile|Find (?:a|your) local number|More (?:phone numbers|info|ways to join)|Video call link:|For organizers:|Reset (?:dial-in )?PIN|Meeting options|Global call-in numbers|Tap to join|You can also dial\b)/i;

/** Lines that begin another way to join. */
const heading =
  /^(?:One tap mobile|Dial by your location|Join by (?:SIP|H\.323|phone|video|meeting number))/i;

const phone = /^(?:[•*-] ?)?\+\d[\d\s().,#*+-]{6,}/;

/** Sentences of the services that say nothing about this meeting. */
const noise =
  /^(?:(?:-+ ?)?Do not delete or change any of the following text\.?(?: ?-+)?|Please do not edit this section\.?|Learn more about Meet at: \S+|Need help\? Go to \S+|Join on your computer(?:, mobile app or room device| or mobile app| or dial in)?)$/i;

const joinWords =
  /^(?:Click here to join the meeting|Join the meeting now|Join Microsoft Teams Meeting) ?<(https:[^\s<>]+)>$/i;

/** Words that a service writes on the line before the address. */
const joinHeading = /^(?:Join Zoom Meeting|Join meeting|Join from the meeting link)$/i;

const teamsHeading = /^Microsoft Teams(?: meeting)?(?: ?Need help\?)?(?: ?<https:\/\/aka\.ms\/[^\s<>]*>)?$/i;

/**
 * Lines of a body without the rulers, and with less of the air and the ornaments, of the parts that Microsoft
 * Teams, Zoom, Google Meet and Webex write into it: what stands between two rulers of Teams with a link to it, and
 * lines that read like a service's, in a row with a link to one. All others stay as they are, in their order.
 */
export function tidyInvitation(lines: readonly string[]): readonly string[] {
  if (!lines.some((line) => serviceLink.test(line))) return lines;
  const fenced = fencedLines(lines);
  const linked = linkedLines(lines);
  const kept = lines.flatMap((line, at): Line[] => {
    if (!fenced.has(at) && !linked.has(at)) return [{ text: line, isOurs: false }];
    const text = tidyLine(line.trim());
    if (text === null) return [];
    const isOurs = fenced.has(at) || label.test(text) || phone.test(text) || serviceLink.test(text);
    return [{ text: text === line.trim() ? line : text, isOurs: text !== "" && isOurs }];
  });
  return withoutAir(kept);
}

/** Which lines stand in an unbroken row of lines like a service's, and of air, with a link to a service among them. */
function linkedLines(lines: readonly string[]): ReadonlySet<number> {
  const linked = new Set<number>();
  let row: number[] = [];
  let hasLink = false;
  for (const [at, line] of [...lines, "."].entries()) {
    const text = line.trim();
    if (isLikeService(text)) {
      row.push(at);
      hasLink ||= serviceLink.test(text);
      continue;
    }
    if (hasLink) for (const one of row) linked.add(one);
    row = [];
    hasLink = false;
  }
  return linked;
}

function isLikeService(line: string): boolean {
  return [air, ruler, serviceLink, label, phone, noise, joinWords, teamsHeading].some((kind) =>
    kind.test(line),
  );
}

type Line = { readonly text: string; readonly isOurs: boolean };

/** The line as it is to stand there: empty for a ruler, null for noise. */
function tidyLine(line: string): string | null {
  if (ruler.test(line)) return "";
  if (noise.test(line)) return null;
  const [, address] = joinWords.exec(line) ?? [];
  if (address !== undefined) return `Join: ${address}`;
  if (teamsHeading.test(line)) return "Microsoft Teams meeting";
  // What is left of "Learn more | Meeting options".
  return /^\||\|$/.test(line) ? line.replace(/^(?:\| ?)+/, "").replace(/ ?\|$/, "") : line;
}

/** The lines between two rulers of underscores with a link to Teams between them, in any language, and the rulers. */
function fencedLines(lines: readonly string[]): ReadonlySet<number> {
  const rulers = lines.flatMap((line, at) => (/^_{10,}$/.test(line.trim()) ? [at] : []));
  const fenced = new Set<number>();
  for (const [index, from] of rulers.entries()) {
    const to = rulers[index + 1] ?? from;
    const between = lines.slice(from + 1, to);
    if (between.length > 40 || !between.some((line) => serviceLink.test(line))) continue;
    for (let at = from; at <= to; at += 1) fenced.add(at);
  }
  return fenced;
}

/** Drops blank lines and dashes between lines of a service, and puts an address beside the words before it. */
function withoutAir(lines: readonly Line[]): string[] {
  const out: string[] = [];
  let last: Line | null = null;
  let gap: string[] = [];
  for (const line of lines) {
    if (line.text === "" || /^-{3,}$/.test(line.text)) {
      gap.push(line.text);
      continue;
    }
    const isWithin = last !== null && last.isOurs && line.isOurs;
    if (isWithin && last !== null && joinHeading.test(last.text) && /^https?:\S+$/.test(line.text)) {
      out.splice(-1, 1, `${last.text}: ${line.text}`);
    } else {
      out.push(...(isWithin ? (gap.length > 0 && heading.test(line.text) ? [""] : []) : gap), line.text);
    }
    last = line;
    gap = [];
  }
  return out;
}
