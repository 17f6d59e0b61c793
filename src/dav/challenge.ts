/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). Names in lower case, values unquoted. */
export type Challenge = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> };

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const parameterPattern = new RegExp(`^(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);
const schemePattern = new RegExp(`^(${token})(?=[\\s,]|$)`);
const token68Pattern = /^[-._~+/0-9A-Za-z]+=*\s*(?=,|$)/;

/** All challenges of a header, repeated headers joined by commas. What cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = skip(header);
  while (rest !== "") {
    const parameter = parameterPattern.exec(rest);
    const current = challenges.at(-1);
    if (parameter !== null && current !== undefined) {
      current.parameters.set(...entryOf(parameter));
      rest = skip(rest.slice(parameter[0].length));
      continue;
    }
    const scheme = schemePattern.exec(rest)?.[1];
    if (scheme === undefined) break;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    const after = rest.slice(scheme.length);
    // "Negotiate abc==": an opaque token instead of parameters. "Negotiate, Basic …": nothing.
    const opaque = /^\s*,/.test(after) ? null : token68Pattern.exec(after.trimStart());
    rest = skip(opaque === null ? after : after.trimStart().slice(opaque[0].length));
  }
  return challenges;
}

/** The parameters of a header without a scheme, such as `Authentication-Info` (RFC 7616 section 3.5). */
export function parseParameters(header: string): ReadonlyMap<string, string> {
  return parseChallenges(`none ${header}`)[0]?.parameters ?? new Map();
}

function skip(text: string): string {
  return text.replace(/^[\s,]+/, "");
}

function entryOf([, name = "", quoted, plain = ""]: RegExpExecArray): [string, string] {
  return [name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain];
}
