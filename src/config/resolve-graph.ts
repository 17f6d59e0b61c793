import { clouds } from "./clouds.ts";
import type { GraphCloud, GraphSourceConfig, MailboxConfig } from "./config.ts";
import type { SourceDraft } from "./draft.ts";
import { resolveCa } from "./resolve-ca.ts";
import { resolveCalendars } from "./resolve-calendars.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveCredential } from "./resolve-credential.ts";
import { resolveUrl } from "./resolve-url.ts";
import type { YamlPath } from "./yaml-path.ts";

type GraphDraft = Extract<SourceDraft, { kind?: "graph" | undefined }>;
type GraphPart = Pick<
  GraphSourceConfig,
  "kind" | "cloud" | "tenant" | "clientId" | "credential" | "mailboxes"
>;

/** What a Graph source has beyond the common keys. */
export async function resolveGraphSource(
  context: ResolveContext,
  path: YamlPath,
  draft: GraphDraft,
): Promise<GraphPart | undefined> {
  const cloud = await resolveCloud(context, [...path, "cloud"], draft.cloud);
  checkTenant(context, [...path, "tenant"], draft.tenant);
  checkClientId(context, [...path, "client_id"], draft.client_id);
  const enabled = draft.enabled !== false;
  const credential =
    draft.credential &&
    (await resolveCredential(context, [...path, "credential"], draft.credential, enabled));
  const mailboxes = resolveMailboxes(context, [...path, "mailboxes"], draft.mailboxes);
  const { tenant, client_id: clientId } = draft;
  if (cloud === undefined || tenant === undefined || clientId === undefined || credential === undefined) {
    return undefined;
  }
  return { kind: "graph", cloud, tenant, clientId, credential, mailboxes };
}

async function resolveCloud(
  context: ResolveContext,
  path: YamlPath,
  draft: GraphDraft["cloud"],
): Promise<GraphCloud | undefined> {
  if (draft === undefined) return undefined;
  if (typeof draft === "string") {
    const { login, graph } = clouds[draft];
    return { name: draft, login: new URL(login), graph: new URL(graph), ca: null };
  }
  const login = resolveUrl(context, { path: [...path, "login"], value: draft.login, originOnly: true });
  const graph = resolveUrl(context, { path: [...path, "graph"], value: draft.graph, originOnly: true });
  const ca = await resolveCa(context, [...path, "ca_file"], draft.ca_file);
  return login && graph && { name: "custom", login, graph, ca };
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const domain = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;

// Entra answers these with AADSTS9001023 when an app logs in as itself.
const sharedTenants = ["common", "organizations", "consumers"];

function checkTenant(context: ResolveContext, path: YamlPath, tenant: string | undefined): void {
  if (tenant === undefined || guid.test(tenant) || domain.test(tenant)) return;
  const shared = sharedTenants.includes(tenant.toLowerCase());
  context.reporter.error(path, shared ? "an app cannot log in to a shared endpoint" : "not a tenant", {
    found: true,
    allowed: "the tenant's id (a GUID) or one of its domains, such as example.onmicrosoft.com",
  });
}

function checkClientId(context: ResolveContext, path: YamlPath, clientId: string | undefined): void {
  if (clientId === undefined || guid.test(clientId)) return;
  context.reporter.error(path, "not an application (client) id", {
    found: true,
    allowed: "a GUID, from the overview page of the app registration",
  });
}

function resolveMailboxes(
  context: ResolveContext,
  path: YamlPath,
  draft: GraphDraft["mailboxes"],
): MailboxConfig[] {
  const seen = new Map<string, number>();
  return (draft ?? []).flatMap((entry, index) => {
    const mailbox = typeof entry === "string" ? { user: entry, calendars: undefined } : entry;
    if (mailbox?.user === undefined) return [];
    const earlier = seen.get(mailbox.user.toLowerCase());
    if (earlier !== undefined) {
      const place = typeof entry === "string" ? [...path, index] : [...path, index, "user"];
      context.reporter.error(place, `this mailbox is listed twice, first as mailboxes[${earlier}]`, {
        found: true,
      });
    }
    seen.set(mailbox.user.toLowerCase(), index);
    return [{ user: mailbox.user, calendars: resolveCalendars(mailbox.calendars) }];
  });
}
