import type { SinkConfig } from "../config/config.ts";
import { createSinkAccount, type SinkParts } from "./account.ts";
import { attachCollection } from "./attach-collection.ts";
import { prepareTarget } from "./prepare-target.ts";
import { shareWithPhone } from "./share-with-phone.ts";
import type { Sink } from "./sink.ts";
import { openCollection } from "./target-collection.ts";

/** The sink on Baikal, or any CalDAV server: see Sink. Opening a target that needs nothing costs two requests. */
export function createSink(config: SinkConfig, parts: SinkParts): Sink {
  const account = createSinkAccount(config, parts);
  const { client } = account;
  return {
    async openTarget(spec, boundHref, signal) {
      const { calendar, created, warnings } = await prepareTarget(account, spec, boundHref, signal);
      const { url, href } = calendar;
      const sharing = await shareWithPhone(account, spec, url, signal);
      const oneAtATime = account.oneAtATime(url);
      return openCollection({ client, url, href, created, warnings: [...warnings, ...sharing], oneAtATime });
    },
    attachTarget: (href) => attachCollection(account, href),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
