import { sameHost } from "../../dav/credential-hosts.ts";

const apple = ".icloud.com";

/**
 * The hosts that an account's credentials may be sent to. iCloud names the calendar home on a partition
 * (`p62-caldav.icloud.com:443`), so for an entry at iCloud these are Apple's own hosts over https on the standard
 * port; for every other entry only the configured host itself.
 */
export function credentialHosts(entry: URL): (url: URL) => boolean {
  const isApple = entry.protocol === "https:" && `.${entry.hostname}`.endsWith(apple);
  if (!isApple) return sameHost(entry);
  return (url) => url.protocol === "https:" && url.port === "" && `.${url.hostname}`.endsWith(apple);
}
