import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServerIdentity } from "../../simulator/certificates.ts";
import { startServer } from "../unit/http/test-server.ts";
import { fillDataFolder } from "./empty-data-folder.ts";
import { type ProcessOptions, runKalends, startKalends } from "./kalends-process.ts";

const patience = 120_000;
/** The end of an address that a receiver of alerts would give out. */
const token = "T0/hunter2";

/** Over, whenever this runs: the warnings before that day are tested with a clock that stands. */
const expires = "2024-02-29";

/** Nobody listens where this leads to. */
const configuration = (webhook: string): string => `timezone: UTC
schedule: { pull: "0 4 * * *" }
freshness: { pull: 2d }
alerts: { webhook: "${webhook}", ca_file: ca.pem }
sink: { url: "http://127.0.0.1:9/", username: owner, password: x }
calendars: { all: { name: All } }
sources:
  - id: office
    kind: graph
    cloud: { login: "http://127.0.0.1:9", graph: "http://127.0.0.1:9" }
    tenant: example.com
    client_id: 51b20000-0000-4000-8000-000000000001
    credential: { secret: x, expires: ${expires} }
    mailboxes: [sean@example.com]
    target: all
`;

describe("the daemon and its webhook", { timeout: patience }, () => {
  const stack = new AsyncDisposableStack();
  const heard: unknown[] = [];
  let arrived = Promise.withResolvers<void>();
  let place: ProcessOptions;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-alerts-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const identity = await createServerIdentity(["127.0.0.1"]);
    const server = stack.use(
      await startServer((request, response) => {
        const note = async (): Promise<void> => {
          heard.push(JSON.parse(await text(request)));
          response.writeHead(request.url === `/${token}` ? 200 : 404).end();
          arrived.resolve();
        };
        void note();
      }, identity),
    );
    place = { configuration: join(folder, "sources.yaml"), data: join(folder, "data"), environment: {} };
    await writeFile(join(folder, "ca.pem"), identity.ca);
    await writeFile(place.configuration, configuration(`${server.url.href}${token}`));
    await fillDataFolder(place.data);
  }, patience);
  afterAll(() => stack.disposeAsync());

  it("tell of a secret that has ended, once, over a restart, and never the address", async () => {
    const first = startKalends(place, ["run"]);
    await arrived.promise;
    expect(heard).toEqual([
      {
        alert: "expiring",
        state: "firing",
        subject: "office",
        message: `The client secret of "office" ended on ${expires}. Its calendars are not read any more: make a new one in the app registration and change it in the configuration.`,
        since: expect.any(String),
      },
    ]);
    const status = await runKalends(place, ["--json", "status"]);
    expect(status.code).toBe(3);
    expect(JSON.parse(status.stdout)).toMatchObject({
      ready: false,
      reasons: [{ kind: "never-read", subject: "office/sean@example.com" }],
      accounts: [{ state: "never", limitMs: 172_800_000, audit: "none" }],
      alerts: [{ kind: "expiring", subject: "office" }],
    });
    first.child.kill("SIGTERM");
    const ended = [await first.ended];

    arrived = Promise.withResolvers();
    const second = startKalends(place, ["run"]);
    await second.logs(/kalends is running/);
    second.child.kill("SIGTERM");
    // Its first check is carried to its end before it stops.
    ended.push(await second.ended);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(heard).toHaveLength(1);
    const logged = ended.map(({ stderr }) =>
      stderr.split("\n").filter((line) => line.includes('"expiring"')),
    );
    expect(logged.map((lines) => lines.length)).toEqual([1, 0]);
    for (const { stderr, stdout } of [...ended, status]) expect(stderr + stdout).not.toContain("hunter");
  });
});
