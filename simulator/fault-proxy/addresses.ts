/** Where a server really is, and where clients find it. Both are origins: scheme, host and port. */
export type Address = { readonly upstream: string; readonly proxy: string };

/** Replaces every origin of a server behind the proxy by its address in front of it, as reverse proxies do. */
export function towardsClient(text: string, addresses: readonly Address[]): string {
  return addresses.reduce((done, { upstream, proxy }) => replaceOrigin(done, upstream, proxy), text);
}

/** The same, the other way: for what clients send back. */
export function towardsServer(text: string, addresses: readonly Address[]): string {
  return addresses.reduce((done, { upstream, proxy }) => replaceOrigin(done, proxy, upstream), text);
}

const defaultPorts: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

/** `https://host:4000` must not be found in `https://host:40001`; iCloud writes the default port out; forms encode. */
function replaceOrigin(text: string, from: string, to: string): string {
  if (!text.includes(new URL(from).host) && !text.includes(encodeURIComponent(from))) return text;
  const { protocol, port } = new URL(from);
  const explicit = port === "" ? `(?::${defaultPorts[protocol] ?? ""})?` : "";
  return text
    .replaceAll(new RegExp(`${literal(from)}${explicit}(?![\\w.:-])`, "gi"), to)
    .replaceAll(new RegExp(`${literal(encodeURIComponent(from))}(?![\\w.-])`, "gi"), encodeURIComponent(to));
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
