/** Whose behaviour is played. */
export type Persona = "baikal" | "icloud" | "plain";

/** What may be turned on and off while the simulator runs. Defaults are the persona's, see `defaultSwitches`. */
export type CaldavSwitches = {
  auth: "basic" | "digest";
  /** Requests a digest nonce is good for before `stale=true`; null: for ever. */
  digestNonceRequests: number | null;
  /** Seconds a digest nonce is good for before `stale=true`; null: for ever. */
  digestNonceSeconds: number | null;
  /** Status of `/.well-known/caldav`. */
  wellKnown: 301 | 302 | 307 | 308 | 404 | 501;
  /** Baikal after an image update nobody finished: everything is 302 to `/admin/install/`. */
  upgradeNeeded: boolean;
  /** PHP sessions: a request without the cookie leaves one more session file. */
  sessionCookies: boolean;
  /** Every request is answered so while set. */
  outage: { readonly status: number; readonly retryAfter: string | null } | null;
  /** Content-Type of multistatus answers; null: the persona's own. */
  contentType: string | null;
  syncCollection: boolean;
  ctag: boolean;
  /** What an expired or unknown sync token is answered with (baikal knows neither, except a wrong prefix: 403). */
  expiredToken: "400" | "403" | "409" | "410" | "500" | "full-listing" | "empty";
  /** The server's own page size for sync-collection; null: none. */
  syncPageSize: number | null;
  /** Whether a client's `limit/nresults` is obeyed. */
  honourLimit: boolean;
  /** How a cut listing says so: a 507 for the collection, or not at all (only the token is an earlier one). */
  truncation: "507" | "silent";
  /** REPORTs name the collection itself, with an ETag and no data. */
  collectionInReports: boolean;
  multigetMissing: "omit" | "404";
  /** The 404 propstat repeats `displayname` and `getctag`, empty. */
  blankSecondPropstat: boolean;
  /** The principal's own response has the href `/principal/`. */
  barePrincipalHref: boolean;
  /** Answer to a request for a home that now lives on another partition. */
  movedHome: 301 | 401 | 403 | 404 | 421;
  /** Status of the redirect from the entry host to the partition. */
  entryRedirect: 301 | 302 | 307 | 308;
  etagOnPut: "always" | "never" | "unless-changed";
  /** A second href with a UID the account has already. */
  uidConflict: "allow" | "403" | "409" | "412" | "multistatus-412";
  /** A VEVENT without DTEND and DURATION is answered 404. */
  dtendRequired: boolean;
  /** Overlapping writes to one calendar share a token number, so that a reader between loses one. */
  racyParallelWrites: boolean;
  /** Milliseconds every PUT and DELETE takes: makes overlap visible. */
  writeDelayMs: number;
  /** Implicit scheduling (RFC 6638). */
  scheduling: boolean;
  /** Whether scheduling messages leave by mail (Baikal: `invite_from` is set, as it is by default). */
  mailing: boolean;
  /** Baikal's database: PostgreSQL refuses dates outside 1970 to 2038 and names over 100 characters. */
  database: "sqlite" | "postgresql";
};

const rfc: CaldavSwitches = {
  auth: "basic",
  digestNonceRequests: null,
  digestNonceSeconds: 300,
  wellKnown: 301,
  upgradeNeeded: false,
  sessionCookies: false,
  outage: null,
  contentType: null,
  syncCollection: true,
  ctag: true,
  expiredToken: "403",
  syncPageSize: null,
  honourLimit: true,
  truncation: "507",
  collectionInReports: false,
  multigetMissing: "404",
  blankSecondPropstat: false,
  barePrincipalHref: false,
  movedHome: 403,
  entryRedirect: 301,
  etagOnPut: "always",
  uidConflict: "403",
  dtendRequired: false,
  racyParallelWrites: false,
  writeDelayMs: 0,
  scheduling: false,
  mailing: true,
  database: "sqlite",
};

/** The switches a persona starts with: Baikal 0.12.1 out of the box, iCloud as observed, a server by the RFCs. */
export function defaultSwitches(persona: Persona): CaldavSwitches {
  switch (persona) {
    case "baikal":
      return {
        ...rfc,
        auth: "digest",
        wellKnown: 308,
        sessionCookies: true,
        multigetMissing: "omit",
        etagOnPut: "unless-changed",
        uidConflict: "allow",
        racyParallelWrites: true,
        scheduling: true,
      };
    case "icloud":
      return {
        ...rfc,
        wellKnown: 501,
        expiredToken: "full-listing",
        honourLimit: false,
        truncation: "silent",
        collectionInReports: true,
        blankSecondPropstat: true,
        etagOnPut: "never",
        dtendRequired: true,
        scheduling: true,
      };
    case "plain":
      return { ...rfc };
    default:
      throw persona satisfies never;
  }
}
