/** Names of the Microsoft clouds that need no addresses in the configuration. */
export const cloudNames = ["global", "gcc", "gcc-high", "dod", "china"] as const;

export type CloudName = (typeof cloudNames)[number];

/**
 * Login authority and Graph origin of each cloud. GCC tenants are served by the global endpoints.
 * Source: Microsoft Graph, "National cloud deployments".
 */
export const clouds: Readonly<Record<CloudName, { readonly login: string; readonly graph: string }>> = {
  global: { login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" },
  gcc: { login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" },
  "gcc-high": { login: "https://login.microsoftonline.us", graph: "https://graph.microsoft.us" },
  dod: { login: "https://login.microsoftonline.us", graph: "https://dod-graph.microsoft.us" },
  china: {
    login: "https://login.partner.microsoftonline.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
  },
};
