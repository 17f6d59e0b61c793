import type { Place } from "./place.ts";
import { bigSeries, type World } from "./world.ts";

const agency = /agency\/sean@agency|agency: |tenant/;
const graph = { upstream: "us-government graph" } as const;
const mailbox = String.raw`/sean(?:@|%40)agency[^/]*`;

const editBigSeries = ({ kalends, row }: World): void => {
  const { graph: service, mailboxes } = kalends.household;
  for (const { subject, immutableId } of service.events({ mailbox: mailboxes.agency }))
    if (bigSeries.some((name) => subject.startsWith(name)))
      service.updateEvent({
        mailbox: mailboxes.agency,
        event: immutableId,
        changes: { location: `Room ${row}` },
      });
};

const readInFull = ({ kalends }: World): void => {
  const { graph: service, mailboxes } = kalends.household;
  service.forgetSyncStates({ mailbox: mailboxes.agency });
};

/** What is asked of the login host and of Graph for one mailbox. */
export const graphPlaces: readonly Place[] = [
  {
    name: "login: token",
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { upstream: "us-government login", method: /^POST$/ },
    prepare: ({ kalends }) => kalends.household.graph.revokeTokens({ tenant: "agency.example.us" }),
  },
  {
    name: "Graph: calendars",
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: new RegExp(String.raw`${mailbox}/calendars(\?|$)`, "i") },
  },
  {
    name: "Graph: categories",
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /masterCategories/i },
    prepare: async ({ kalends }) => {
      const { db } = kalends.application.connections.context;
      await db.updateTable("account").set({ memory: null }).where("source_id", "=", "agency").execute();
    },
  },
  {
    name: "Graph: first page of a round from the start",
    etags: true,
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /calendarView\/delta\?.*startDateTime/i },
    prepare: readInFull,
  },
  {
    name: "Graph: first page of changes",
    etags: true,
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /calendarView\/delta\?.*deltatoken/i },
  },
  {
    name: "Graph: later page",
    etags: true,
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /calendarView\/delta\?.*skiptoken/i },
    prepare: editBigSeries,
  },
  {
    name: "Graph: last page",
    etags: true,
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /calendarView\/delta/i, answer: /deltaLink/ },
  },
  {
    name: "Graph: series and instances",
    etags: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /\/events\/[^/?]+(\?.*exceptionOccurrences|\/instances)/i },
  },
  {
    name: "Graph: single event",
    etags: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /\/events\/[^/?]+(\?(?!.*exceptionOccurrences)|$)/i },
  },
  {
    name: "Graph: attachments",
    lists: true,
    domain: "graph",
    blames: agency,
    isWell: /^agency\/.*: complete/m,
    speaks: "json",
    rule: { ...graph, url: /\/attachments/i },
  },
];
