import { withoutMailFilter } from "./mail-filter.ts";

/** A service that people meet on, by the addresses that it is joined at. */
type Service = {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Whether hosts below these belong to it too (`us02web.zoom.us`). */
  readonly hasSubdomains: boolean;
  /** Of the path and the fragment. */
  readonly path: RegExp;
};

const services: readonly Service[] = [
  {
    name: "Microsoft Teams",
    hosts: [
      "teams.microsoft.com",
      "teams.cloud.microsoft",
      "teams.live.com",
      "gov.teams.microsoft.us",
      "dod.teams.microsoft.us",
      "teams.microsoftonline.cn",
    ],
    hasSubdomains: false,
    path: /^\/(?:(?:v2\/?|_)#\/)?(?:l\/meetup-join|meet)\/./,
  },
  {
    name: "Zoom",
    hosts: ["zoom.us", "zoom.com", "zoomgov.com"],
    hasSubdomains: true,
    path: /^\/(?:(?:j|w|my|wc\/join)\/.|wc\/\d+\/join(?:\/|#|$))/,
  },
  {
    name: "Google Meet",
    hosts: ["meet.google.com"],
    hasSubdomains: false,
    path: /^\/(?:[a-z]{3}-[a-z]{4}-[a-z]{3}|lookup\/[^#]+)(?:#|$)/,
  },
  {
    name: "Webex",
    hosts: ["webex.com"],
    hasSubdomains: true,
    path: /^(?:\/(?:meet|join|m)\/[^#]|[^#]*\/j\.php(?:#|$)|[^#]*\/(?:joinservice|meeting\/(?:info|download))\/)/,
  },
  { name: "FaceTime", hosts: ["facetime.apple.com"], hasSubdomains: false, path: /^\/join(?:#|$)/ },
];

const longestLink = 2_048;

/** The name of the known service that is joined at this web address; null for any other address. */
export function conferenceService(address: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return null;
  if (url.username !== "" || url.password !== "" || url.port !== "") return null;
  const isOf = ({ hosts, hasSubdomains, path }: Service): boolean =>
    path.test(url.pathname + url.hash) &&
    hosts.some((host) => url.hostname === host || (hasSubdomains && url.hostname.endsWith(`.${host}`)));
  return services.find(isOf)?.name ?? null;
}

/**
 * The first address in a text at which a known service is joined, in its normal form; null for none. What a
 * mail filter (Microsoft Safe Links, Proofpoint) wrapped around it is taken off.
 */
export function findJoinUrl(text: string): string | null {
  if (!text.includes("/")) return null;
  for (const word of text.split(/[\s<>"()[\]]+/)) {
    const found = word.includes("/") ? joinUrlOf(word) : null;
    if (found !== null) return found;
  }
  return null;
}

function joinUrlOf(word: string): string | null {
  const at = word.search(/https?:\/\//i);
  if (word.length - Math.max(at, 0) > longestLink) return null;
  const address = withoutPunctuation(at === -1 ? word : word.slice(at));
  const url = URL.parse(at === -1 ? `https://${address}` : address);
  const plain = url === null ? null : withoutMailFilter(url);
  return plain !== null && conferenceService(plain) !== null ? plain : null;
}

function withoutPunctuation(word: string): string {
  let end = word.length;
  while (end > 0 && ".,;:!?'*|".includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}
