import { withoutMailFilter } from "../../../calendar/mail-filter.ts";

/**
 * Where a link leads, in its normal form: a web address, `mailto:` or `tel:`; null for everything else, which
 * no text should offer to open.
 */
export function linkTarget(href: unknown): string | null {
  if (typeof href !== "string" || href.length > 8_192) return null;
  const url = URL.parse(href.trim());
  if (url === null) return null;
  if (url.protocol === "https:" || url.protocol === "http:") return url.href;
  if (url.protocol === "tel:")
    return /^tel:[\d+().,;#*-]{3,100}$/.exec(href.replace(/\s+/g, ""))?.[0] ?? null;
  const isMail = url.protocol === "mailto:" && url.pathname !== "" && !/[<>"\s]/.test(url.pathname);
  return isMail ? `mailto:${url.pathname}` : null;
}

/** Whether the words of a link (blanks do not count) name its target already. */
export function addressesAreSame(words: string, target: string): boolean {
  if (target.startsWith("mailto:"))
    return words.toLowerCase().includes(decoded(target.slice(7)).toLowerCase());
  if (target.startsWith("tel:")) return digits(words) === digits(decoded(target));
  // Most links have words, and words have no dot.
  if (!words.includes(".")) return false;
  const plain = words.replace(/\s+/g, "");
  const written = URL.parse(/^https?:/i.test(plain) ? plain : `https://${plain}`);
  return written !== null && bare(written) === bare(new URL(target));
}

/** Whether a text holds a web address, also with other characters of it escaped. */
export function holdsAddress(text: string, address: string): boolean {
  if (text.includes(address)) return true;
  const plain = unescaped(address);
  return (text.match(/https?:\/\/[^\s<>"]+/gi) ?? []).some((found) => unescaped(found).startsWith(plain));
}

/** With the characters that its escapes stand for; those that stand for none in upper case. */
function unescaped(address: string): string {
  return address.replace(/(?:%[\da-f]{2})+/gi, (escapes) => decoded(escapes.toUpperCase()));
}

function bare({ host, pathname, search, hash }: URL): string {
  return `${host.replace(/^www\./, "")}${pathname.replace(/\/$/, "")}${search}${hash}`;
}

function digits(text: string): string {
  return text.replace(/\D/g, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Pages that tell how to use Microsoft Teams: they stand in every invitation, in the language of its sender. */
export function isHelpPage(target: string): boolean {
  const page = /safelinks|urldefense/.test(target) ? (withoutMailFilter(new URL(target)) ?? target) : target;
  return /^https:\/\/(?:aka\.ms\/JoinTeamsMeeting|www\.microsoft\.com\/[\w/-]*microsoft-teams\/(?:download-app|join-a-meeting))(?:[?#]|$)/i.test(
    page,
  );
}
