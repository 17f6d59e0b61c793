import { urlOfHref } from "../dav/href.ts";
import type { SinkAccount } from "./account.ts";
import type { TargetCollection } from "./sink.ts";
import { openCollection } from "./target-collection.ts";

/** A collection that is known to stand under this decoded path. Asks the server nothing. */
export function attachCollection(account: SinkAccount, href: string): TargetCollection {
  const url = urlOfHref(href, account.origin());
  const oneAtATime = account.oneAtATime(url);
  return openCollection({ client: account.client, url, href, created: false, warnings: [], oneAtATime });
}
