import type { SinkConfig } from "../config/config.ts";
import { createSinkAccount, type SinkParts } from "./account.ts";
import { attachCollection } from "./attach-collection.ts";
import { decodePath } from "../dav/href.ts";
import { findTarget } from "./find-target.ts";
import type { Sink, TargetCollection } from "./sink.ts";
import { openCollection } from "./target-collection.ts";

/** A sink that reads what stands there and drops every write: no collection is made, named or shared either. */
export function createDryRunSink(config: SinkConfig, parts: SinkParts): Sink {
  const account = createSinkAccount(config, parts);
  const { client } = account;
  return {
    async openTarget(spec, boundHref, signal) {
      const { url, calendar } = await findTarget(account, spec, boundHref, signal);
      if (calendar === null) return notMadeYet(url);
      const { href } = calendar;
      const oneAtATime = account.oneAtATime(url);
      const open = openCollection({ client, url, href, created: false, warnings: [], oneAtATime });
      return { ...open, ...droppedWrites };
    },
    attachTarget: (href) => ({ ...attachCollection(account, href), ...droppedWrites }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

const pretendEtag = '"dry-run"';

/** Every write seems to succeed and reaches nobody. */
const droppedWrites: Pick<TargetCollection, "create" | "update" | "remove"> = {
  create: async () => ({ kind: "written", etag: pretendEtag, stored: null }),
  update: async () => ({ kind: "written", etag: pretendEtag, stored: null }),
  remove: async () => ({ kind: "removed" }),
};

/** What the collection will be once it is made: empty. */
const notMadeYet = (url: URL): TargetCollection => ({
  href: decodePath(url.pathname),
  created: true,
  warnings: [],
  list: async () => new Map(),
  changes: async () => ({ kind: "untracked", token: null }),
  async *read() {},
  ...droppedWrites,
});
