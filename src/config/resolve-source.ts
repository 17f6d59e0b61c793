import type { CaldavSourceConfig, GuardLimits, SourceConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { SourceDraft } from "./draft.ts";
import { resolveCa } from "./resolve-ca.ts";
import { resolveCalendars } from "./resolve-calendars.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveGraphSource } from "./resolve-graph.ts";
import { resolveGuard } from "./resolve-guard.ts";
import { resolveSecret } from "./resolve-secret.ts";
import { readSpan } from "./resolve-span.ts";
import { resolveUrl } from "./resolve-url.ts";

/** What holds for a source that says nothing else. */
type Inherited = { readonly guard: GuardLimits; readonly freshWithinMs: number };

/** One entry of `sources`; undefined when a part of it was wrong. `order` is its position in the file. */
export async function resolveSource(
  context: ResolveContext,
  draft: SourceDraft,
  order: number,
  inherited: Inherited,
): Promise<SourceConfig | undefined> {
  const common = resolveCommon(context, draft, order, inherited);
  switch (draft.kind) {
    case "graph": {
      const graph = await resolveGraphSource(context, ["sources", order], draft);
      return common && graph && { ...common, ...graph };
    }
    case "icloud":
    case "caldav": {
      const account = await resolveAccount(context, draft, order);
      return common && account && { ...common, ...account };
    }
    case undefined:
      return undefined;
    default:
      return draft satisfies never;
  }
}

function resolveCommon(context: ResolveContext, draft: SourceDraft, order: number, inherited: Inherited) {
  const path = ["sources", order];
  const guard = resolveGuard(context, [...path, "guard"], draft.guard, inherited.guard);
  const written = draft.fresh_within;
  const freshWithinMs =
    written === undefined
      ? inherited.freshWithinMs
      : (readSpan(context, [...path, "fresh_within"], written) ?? inherited.freshWithinMs);
  if (draft.mode === "two-way") {
    context.reporter.warning(
      [...path, "mode"],
      "writing back is not available yet: the source is treated as read-only",
    );
  }
  const { id, target } = draft;
  if (id === undefined || target === undefined) return undefined;
  return {
    id,
    target,
    was: draft.was ?? null,
    priority: draft.priority ?? defaults.priority,
    // Never "two-way" yet: the phone's calendar would be writable and its edits would get lost.
    mode: "read-only",
    enabled: draft.enabled ?? defaults.enabled,
    apart: draft.apart ?? defaults.apart,
    guard,
    freshWithinMs,
    order,
  } as const;
}

type AccountDraft = Extract<SourceDraft, { kind?: "icloud" | "caldav" | undefined }>;
type Account = Pick<CaldavSourceConfig, "kind" | "url" | "credentials" | "auth" | "ca" | "calendars">;

async function resolveAccount(
  context: ResolveContext,
  draft: AccountDraft,
  order: number,
): Promise<Account | undefined> {
  const path = ["sources", order];
  const { kind, username, calendars } = draft;
  const written =
    kind === "icloud" && !context.reporter.has([...path, "url"]) ? defaults.icloudUrl : draft.url;
  const url = resolveUrl(context, { path: [...path, "url"], value: written, originOnly: false });
  const password = await resolveSecret(context, path, {
    key: "password",
    value: draft.password,
    file: draft.password_file,
  });
  const ca = await resolveCa(context, [...path, "ca_file"], draft.ca_file);
  if (kind === undefined || url === undefined || username === undefined || password === undefined)
    return undefined;
  return {
    kind,
    url,
    credentials: { username, password },
    // iCloud takes nothing but Basic; asking it first would cost a refused request.
    auth: draft.auth ?? (kind === "icloud" ? "basic" : defaults.auth),
    ca,
    calendars: resolveCalendars(calendars),
  };
}
