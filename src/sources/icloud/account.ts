import type { CaldavSourceConfig } from "../../config/config.ts";
import type { DavClient } from "../../dav/protocol.ts";

/** One CalDAV account in use: what every request of this source needs. */
export type Account = {
  readonly client: DavClient;
  readonly config: CaldavSourceConfig;
  /** Objects per calendar-multiget. */
  readonly batchSize: number;
};

/** One calendar of the account, resolved. */
export type Collection = {
  readonly url: URL;
  /** For messages: `calendar "Home" of source "family"`. */
  readonly subject: string;
};
