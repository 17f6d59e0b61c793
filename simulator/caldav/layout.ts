import { instanceAt, type Account, type Instance, type ServerState } from "./state.ts";
import type { Persona } from "./switches.ts";

/** What stands at a path. `nothing` lies where a resource could be but its parent does not exist. */
export type Place =
  | { readonly kind: "root" }
  | { readonly kind: "principal"; readonly account: Account }
  | { readonly kind: "home"; readonly account: Account }
  | { readonly kind: "special"; readonly account: Account; readonly name: string }
  | { readonly kind: "calendar"; readonly account: Account; readonly instance: Instance }
  | { readonly kind: "absent-calendar"; readonly account: Account; readonly uri: string }
  | { readonly kind: "object"; readonly account: Account; readonly instance: Instance; readonly name: string }
  | { readonly kind: "nothing" };

/** Where a persona puts things: raw URL paths in, encoded hrefs out. */
export type Layout = {
  readonly resolve: (state: ServerState, path: string) => Place;
  readonly root: string;
  readonly principal: (account: Account) => string;
  readonly home: (account: Account) => string;
  /** Names of the collections in a home that are no calendars. */
  readonly specials: readonly string[];
  readonly encode: (segment: string) => string;
};

/** The paths of each persona. */
export function layoutOf(persona: Persona): Layout {
  switch (persona) {
    case "baikal":
      return {
        resolve: resolveBaikal,
        root: "/dav.php/",
        principal: (account) => `/dav.php/principals/${encodeLikeSabre(account.name)}/`,
        home: (account) => `/dav.php/calendars/${encodeLikeSabre(account.name)}/`,
        specials: ["inbox", "outbox"],
        encode: encodeLikeSabre,
      };
    case "icloud":
      return {
        resolve: resolveIcloud,
        root: "/",
        principal: (account) => `/${account.dsid}/principal/`,
        home: (account) => `/${account.dsid}/calendars/`,
        specials: ["inbox", "outbox", "notification"],
        encode: encodeURIComponent,
      };
    case "plain":
      return {
        resolve: resolvePlain,
        root: "/",
        principal: (account) => `/principals/${encodeURIComponent(account.name)}/`,
        home: (account) => `/calendars/${encodeURIComponent(account.name)}/`,
        specials: [],
        encode: encodeURIComponent,
      };
    default:
      throw persona satisfies never;
  }
}

/** sabre/http's encodePath: lower-case escapes, `@ : ( ) ~` left raw. */
export function encodeLikeSabre(segment: string): string {
  return [...Buffer.from(segment)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9_\-.~():@]/.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
}

/** sabre decodes the whole path before it splits it: `%2F` in a name is a deeper path. */
function resolveBaikal(state: ServerState, path: string): Place {
  const parts = decode(path)
    .split("/")
    .filter((part) => part !== "");
  if (parts[0] !== "dav.php") return { kind: "nothing" };
  if (parts.length === 1) return { kind: "root" };
  const account = state.accounts.get(parts[2] ?? "");
  if (!account) return { kind: "nothing" };
  if (parts[1] === "principals")
    return parts.length === 3 ? { kind: "principal", account } : { kind: "nothing" };
  if (parts[1] !== "calendars") return { kind: "nothing" };
  return insideHome(account, parts.slice(3), ["inbox", "outbox"]);
}

function resolveIcloud(state: ServerState, path: string): Place {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  if (parts.length === 0) return { kind: "root" };
  const account = [...state.accounts.values()].find((candidate) => candidate.dsid === parts[0]);
  if (!account) return { kind: "nothing" };
  if (parts[1] === "principal" && parts.length === 2) return { kind: "principal", account };
  if (parts[1] !== "calendars") return { kind: "nothing" };
  return insideHome(account, parts.slice(2), ["inbox", "outbox", "notification"]);
}

function resolvePlain(state: ServerState, path: string): Place {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  if (parts.length === 0) return { kind: "root" };
  const account = state.accounts.get(parts[1] ?? "");
  if (!account) return { kind: "nothing" };
  if (parts[0] === "principals" && parts.length === 2) return { kind: "principal", account };
  if (parts[0] !== "calendars") return { kind: "nothing" };
  return insideHome(account, parts.slice(2), []);
}

function insideHome(account: Account, rest: readonly string[], specials: readonly string[]): Place {
  const [uri, name] = rest;
  if (uri === undefined) return { kind: "home", account };
  if (rest.length === 1 && specials.includes(uri)) return { kind: "special", account, name: uri };
  const instance = instanceAt(account, uri);
  if (!instance) return rest.length === 1 ? { kind: "absent-calendar", account, uri } : { kind: "nothing" };
  if (name === undefined) return { kind: "calendar", account, instance };
  return rest.length === 2 ? { kind: "object", account, instance, name } : { kind: "nothing" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
