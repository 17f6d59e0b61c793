import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type CaldavSimulator, startCaldavSimulator } from "./caldav/caldav-simulator.ts";
import type { Persona } from "./caldav/switches.ts";
import { startGraphSimulator } from "./graph/simulator.ts";
import { startHousehold } from "./household.ts";

const usage = `Servers that behave like the real ones, on loopback, until Ctrl-C.

  npm run simulator                       all of a person's calendars, with a configuration for Kalends
  npm run simulator -- graph              Microsoft's login authority and Graph, empty
  npm run simulator -- baikal|icloud|plain   a CalDAV server, empty

  --folder F    where certificates and the configuration are put (default: .demo)
  --events N    household: events in each source (default 100)
  --series-share S   household: share of series among the mailboxes' events (default 0.3)
  --port P      CalDAV: the port (default: any)

Every one has a control API on a port of its own: see simulator/graph/README.md and simulator/caldav/README.md.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      folder: { type: "string", default: ".demo" },
      events: { type: "string", default: "100" },
      "series-share": { type: "string", default: "0.3" },
      port: { type: "string", default: "0" },
      help: { type: "boolean", default: false },
    },
  });
  const [what = "household"] = positionals;
  const folder = resolve(values.folder);
  await using stack = new AsyncDisposableStack();
  if (!values.help && what === "household") {
    await mkdir(folder, { recursive: true });
    const events = Number(values.events);
    const household = stack.use(
      await startHousehold(folder, {
        agency: events,
        company: events,
        family: events,
        seriesShare: Number(values["series-share"]),
      }),
    );
    const configuration = join(folder, "sources.yaml");
    await writeFile(configuration, household.configuration());
    const environment = Object.entries(household.environment);
    await writeFile(
      join(folder, "environment"),
      environment.map(([name, value]) => `${name}=${value}\n`).join(""),
    );
    for (const { name, login, graph } of household.graph.clouds)
      console.log(`Graph (${name}): ${graph}, login ${login}`);
    console.log(`Graph control: ${household.graph.controlUrl}`);
    describe("iCloud", household.icloud);
    describe("Baikal", household.baikal);
    console.log(`\nset -a; . ${join(folder, "environment")}; set +a`);
    console.log(`npm run kalends -- --config ${configuration} --data ${join(folder, "data")} sync`);
  } else if (!values.help && what === "graph") {
    await mkdir(folder, { recursive: true });
    const caFile = join(folder, "ca.pem");
    const graph = stack.use(
      await startGraphSimulator({ clouds: [{ name: "global" }, { name: "us-government" }], caFile }),
    );
    for (const { name, login, graph: origin } of graph.clouds)
      console.log(`Graph (${name}): ${origin}, login ${login}`);
    console.log(`Certificate authority: ${caFile}\nControl: ${graph.controlUrl}`);
  } else if (!values.help && isPersona(what)) {
    describe(what, stack.use(await startCaldavSimulator({ persona: what, port: Number(values.port) })));
  } else {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  await new Promise((done) => {
    process.once("SIGINT", done);
    process.once("SIGTERM", done);
  });
  return 0;
}

function isPersona(name: string): name is Persona {
  return name === "baikal" || name === "icloud" || name === "plain";
}

function describe(name: string, simulator: CaldavSimulator): void {
  console.log(`${name}: ${simulator.url}, control ${simulator.controlUrl}`);
}

process.exitCode = await main();
