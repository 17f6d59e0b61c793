import type { SinkConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import { resolveCa } from "./resolve-ca.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveSecret } from "./resolve-secret.ts";
import { resolveUrl } from "./resolve-url.ts";

/** The CalDAV server; its address ends in a slash, so that paths can be resolved against it. */
export async function resolveSink(
  context: ResolveContext,
  draft: ConfigDraft["sink"],
): Promise<SinkConfig | undefined> {
  if (draft === undefined) return undefined;
  const url = resolveUrl(context, { path: ["sink", "url"], value: draft.url, originOnly: false });
  if (url !== undefined && !url.pathname.endsWith("/")) url.pathname += "/";
  const password = await resolveSecret(context, ["sink"], {
    key: "password",
    value: draft.password,
    file: draft.password_file,
  });
  const ca = await resolveCa(context, ["sink", "ca_file"], draft.ca_file);
  const { username, phone } = draft;
  if (url === undefined || username === undefined || password === undefined) return undefined;
  return {
    url,
    credentials: { username, password },
    auth: draft.auth ?? defaults.auth,
    ca,
    // A phone that logs in as the owner of the calendars needs no sharing.
    phone:
      phone?.username === undefined || phone.username === username
        ? null
        : { username: phone.username, address: phone.address ?? null },
  };
}
