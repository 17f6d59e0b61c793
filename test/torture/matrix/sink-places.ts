import { owner } from "../../../simulator/household.ts";
import { calendarOf } from "../../integration/installation.ts";
import type { Place } from "./place.ts";
import type { World } from "./world.ts";

const target = /→ all|target all/;
const inTarget = /\/kalends-all\//;

const surveyAgain = async ({ kalends }: World): Promise<void> => {
  const { db } = kalends.application.connections.context;
  await db
    .updateTable("target")
    .set({ surveyed_at: null, opened_at: null })
    .where("id", "=", "all")
    .execute();
};

/** What is asked of Baikal for one target. */
export const sinkPlaces: readonly Place[] = [
  {
    name: "sink: open",
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "xml",
    rule: { upstream: "baikal", method: /^PROPFIND$/, url: inTarget, headers: { depth: /^0$/ } },
  },
  {
    name: "sink: list",
    etags: true,
    lists: true,
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "xml",
    rule: { upstream: "baikal", method: /^PROPFIND$/, url: inTarget, headers: { depth: /^1$/ } },
    prepare: surveyAgain,
  },
  {
    name: "sink: multiget",
    etags: true,
    lists: true,
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "calendar-xml",
    rule: { upstream: "baikal", method: /^REPORT$/, url: inTarget },
    prepare: surveyAgain,
  },
  {
    name: "sink: object",
    etags: true,
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "calendar",
    rule: { upstream: "baikal", method: /^GET$/, url: inTarget },
    prepare: ({ kalends }) => void kalends.household.baikal.control.setSwitches({ etagOnPut: "never" }),
    tidy: ({ kalends }) => void kalends.household.baikal.control.setSwitches({ etagOnPut: "unless-changed" }),
  },
  {
    name: "sink: create",
    etags: true,
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "nothing",
    rule: { upstream: "baikal", method: /^PUT$/, url: inTarget, headers: { "if-none-match": /\*/ } },
  },
  {
    name: "sink: update",
    etags: true,
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "nothing",
    rule: { upstream: "baikal", method: /^PUT$/, url: inTarget, headers: { "if-match": /./ } },
  },
  {
    name: "sink: remove",
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "nothing",
    rule: { upstream: "baikal", method: /^DELETE$/, url: inTarget },
  },
  {
    name: "sink: name and colour",
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "xml",
    rule: { upstream: "baikal", method: /^PROPPATCH$/, url: inTarget },
    prepare: async (world) => {
      world.targetName = `All ${world.row}`;
      await world.kalends.configure({ window: { past: 30, future: 120 } });
    },
  },
  {
    name: "sink: make a calendar",
    domain: "sink",
    blames: target,
    isWell: /^→ all: (complete|idle)/m,
    speaks: "nothing",
    rule: { upstream: "baikal", method: /^MKCALENDAR$/, url: inTarget },
    prepare: async ({ kalends }) => {
      // All of them: what a source removes while the database is lost stays in the target, until somebody agrees.
      for (const { id } of kalends.application.config.targets)
        kalends.household.baikal.control.removeCalendar(owner, calendarOf(id));
      await kalends.restart("database");
    },
  },
];
