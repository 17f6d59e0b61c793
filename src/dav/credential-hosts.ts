/**
 * The hosts that credentials for `entry` may be sent to: the same host name on any port, over the same scheme or
 * https. Never another name, never from https down to http.
 */
export function sameHost(entry: URL): (url: URL) => boolean {
  return (url) =>
    url.hostname === entry.hostname && (url.protocol === "https:" || url.protocol === entry.protocol);
}
