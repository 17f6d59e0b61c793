import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CaldavSimulator, startCaldavSimulator } from "./caldav/caldav-simulator.ts";
import { seedCalendar } from "./caldav/seed.ts";
import { createServerIdentity } from "./certificates.ts";
import { type GraphSimulator, startGraphSimulator } from "./graph/simulator.ts";

/** How many events each source begins with, and which share of those in the mailboxes are series (0.3 unless given). */
export type HouseholdSize = {
  readonly agency: number;
  readonly company: number;
  readonly family: number;
  readonly seriesShare?: number;
};

/**
 * One person's calendars, each on a server that behaves like the real one: a mailbox in a US Government
 * tenant, one in a worldwide tenant, an iCloud account; and the Baikal that they are to meet in.
 */
export interface Household extends AsyncDisposable {
  readonly graph: GraphSimulator;
  readonly icloud: CaldavSimulator;
  readonly baikal: CaldavSimulator;
  readonly mailboxes: { readonly agency: string; readonly company: string };
  /** Tenant ids. */
  readonly tenants: { readonly agency: string; readonly company: string };
  /** Text of a configuration file that names all of them. Secrets come from `environment`. */
  configuration(options?: ConfigurationOptions): string;
  readonly environment: Readonly<Record<string, string>>;
}

export type SourceId = "agency" | "company" | "family";

export type ConfigurationOptions = {
  /** Targets of sources that do not have their usual one. */
  readonly targets?: Partial<Readonly<Record<SourceId, string>>>;
  /** Sources that are switched off. */
  readonly off?: readonly SourceId[];
  /** Days before and after today. */
  readonly window?: { readonly past: number; readonly future: number };
  /** Level of the log. */
  readonly log?: string;
  /** Another CalDAV server in Baikal's place. */
  readonly sink?: { readonly url: string; readonly username: string };
  /** Cron expression for reading the sources. */
  readonly pull?: string;
};

/** Names of the Baikal users: who owns the calendars, and who the phone logs in as. */
export const owner = "consolidated";
export const phone = "sean";

const masterCategories = [
  { displayName: "Red category", color: "preset0" },
  { displayName: "Blue category", color: "preset7" },
  { displayName: "Dark Green", color: "preset19" },
  { displayName: "No colour", color: "none" },
];

const dayMs = 86_400_000;

/** Starts everything on loopback. `folder` gets the certificate authority's PEM; `clock` is everybody's. */
export async function startHousehold(
  folder: string,
  size: HouseholdSize,
  clock: () => number = Date.now,
): Promise<Household> {
  const now = clock();
  const stack = new AsyncDisposableStack();
  try {
    const identity = await createServerIdentity(["localhost", "127.0.0.1"]);
    await writeFile(join(folder, "ca.pem"), identity.ca);
    const graph = stack.use(
      await startGraphSimulator({
        identity,
        clouds: [{ name: "global" }, { name: "us-government" }],
        clock,
      }),
    );
    const icloud = stack.use(await startCaldavSimulator({ persona: "icloud", tls: identity, now: clock }));
    const baikal = stack.use(await startCaldavSimulator({ persona: "baikal", tls: identity, now: clock }));
    const agency = addTenant(graph, "agency.example.us", "us-government");
    const company = addTenant(graph, "contoso.example.com", "global");
    const today = Math.floor(now / dayMs) * dayMs;
    const share = size.seriesShare === undefined ? {} : { seriesShare: size.seriesShare };
    const span = { from: dateOf(today - 60 * dayMs), until: dateOf(today + 300 * dayMs), ...share };
    graph.seedEvents({ mailbox: agency.mailbox, count: size.agency, seed: 1, ...span });
    graph.seedEvents({ mailbox: company.mailbox, count: size.company, seed: 2, ...span });
    icloud.control.addUser({ name: "sean@icloud.com", password: "abcd-efgh-ijkl-mnop" });
    icloud.control.addCalendar("sean@icloud.com", { uri: "family", name: "Family" });
    seedCalendar(icloud.control, "sean@icloud.com", "family", {
      count: size.family,
      from: today - 60 * dayMs,
    });
    baikal.control.addUser({
      name: owner,
      password: "baikal-password",
      email: "consolidated@calendar.invalid",
    });
    baikal.control.addUser({ name: phone, password: "phone-password", email: "sean@calendar.invalid" });
    return {
      graph,
      icloud,
      baikal,
      mailboxes: { agency: agency.mailbox, company: company.mailbox },
      tenants: { agency: agency.tenant, company: company.tenant },
      configuration: (options = {}) => configuration({ graph, icloud, baikal }, { agency, company }, options),
      environment: {
        AGENCY_SECRET: agency.secret,
        COMPANY_SECRET: company.secret,
        ICLOUD_APP_PASSWORD: "abcd-efgh-ijkl-mnop",
        BAIKAL_PASSWORD: "baikal-password",
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

type Tenant = {
  readonly tenant: string;
  readonly clientId: string;
  readonly secret: string;
  readonly mailbox: string;
};

function addTenant(graph: GraphSimulator, domain: string, cloud: string): Tenant {
  const { id } = graph.addTenant({ domain, cloud });
  const secret = `secret-of-${domain}`;
  const { clientId } = graph.addApp({ tenant: id, secret });
  const mailbox = `sean@${domain}`;
  graph.addMailbox({
    tenant: id,
    userPrincipalName: mailbox,
    timeZone: "Eastern Standard Time",
    masterCategories,
  });
  return { tenant: id, clientId, secret, mailbox };
}

function configuration(
  { graph, icloud, baikal }: Pick<Household, "graph" | "icloud" | "baikal">,
  tenants: { readonly agency: Tenant; readonly company: Tenant },
  options: ConfigurationOptions,
): string {
  const { sink, pull = "* * * * *", off = [], targets = {}, window, log } = options;
  const cloud = (name: string): string => {
    const found = graph.clouds.find((candidate) => candidate.name === name);
    return `{ login: "${found?.login}", graph: "${found?.graph}", ca_file: ca.pem }`;
  };
  const common = (id: SourceId, target: string, priority: number): string => `
    target: ${targets[id] ?? target}
    priority: ${priority}${off.includes(id) ? "\n    enabled: false" : ""}`;
  const source = (
    id: SourceId,
    tenant: Tenant,
    cloudName: string,
    target: string,
    priority: number,
  ): string => `
  - id: ${id}
    kind: graph
    cloud: ${cloud(cloudName)}
    tenant: ${tenant.tenant}
    client_id: ${tenant.clientId}
    credential: { secret: "\${${id.toUpperCase()}_SECRET}" }
    mailboxes:
      - { user: ${tenant.mailbox}, calendars: all }${common(id, target, priority)}`;
  const top = [
    "timezone: America/New_York",
    `schedule: { pull: "${pull}" }`,
    ...(window === undefined ? [] : [`window: { past: ${window.past}d, future: ${window.future}d }`]),
    ...(log === undefined ? [] : [`log: { level: ${log} }`]),
  ];
  return `${top.join("\n")}
sink:
  url: ${sink?.url ?? baikal.url}
  username: ${sink?.username ?? owner}
  password: \${BAIKAL_PASSWORD}
${sink === undefined ? `  ca_file: ca.pem\n  phone: { username: ${phone} }` : ""}
calendars:
  all: { name: All Events, color: "#2563EB" }
  agency: { name: Agency, color: "#FF5733" }
sources:${source("agency", tenants.agency, "us-government", "agency", 1)}${source("company", tenants.company, "global", "all", 2)}
  - id: family
    kind: icloud
    url: ${icloud.url}
    username: sean@icloud.com
    password: \${ICLOUD_APP_PASSWORD}
    ca_file: ca.pem
    calendars: all${common("family", "all", 3)}
`;
}

function dateOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
