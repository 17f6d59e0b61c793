import type { Place } from "./place.ts";
import { icloudUser, type World } from "./world.ts";

const family = /family\/sean@icloud|family: /;

const expireTokens = ({ kalends }: World): void => {
  const { control } = kalends.household.icloud;
  control.setSwitches({ expiredToken: "403" });
  for (const calendar of ["home", "family"]) control.expireTokens(icloudUser, calendar);
};

/** What is asked of iCloud for one account. */
export const icloudPlaces: readonly Place[] = [
  {
    name: "iCloud: discovery of the home",
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "xml",
    rule: { upstream: "icloud", method: /^PROPFIND$/ },
    prepare: (world) => {
      world.partition = 1 - world.partition;
      const { partition } = world;
      world.kalends.household.icloud.control.moveAccount(icloudUser, { partition });
    },
  },
  {
    name: "iCloud: calendars",
    lists: true,
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "xml",
    rule: { method: /^PROPFIND$/, url: /^\/\d+\/calendars\/$/ },
  },
  {
    name: "iCloud: ctag and token",
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "xml",
    rule: { method: /^PROPFIND$/, url: /\/calendars\/(family|home)\/$/, headers: { depth: /^0$/ } },
    prepare: expireTokens,
  },
  {
    name: "iCloud: ETags",
    etags: true,
    lists: true,
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "xml",
    rule: { method: /^PROPFIND$/, url: /\/calendars\/(family|home)\/$/, headers: { depth: /^1$/ } },
    prepare: expireTokens,
  },
  {
    name: "iCloud: sync-collection",
    etags: true,
    lists: true,
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "xml",
    rule: { method: /^REPORT$/, url: /\/calendars\/(family|home)\/$/, body: /sync-collection/ },
  },
  {
    name: "iCloud: multiget",
    etags: true,
    lists: true,
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "calendar-xml",
    rule: { method: /^REPORT$/, url: /\/calendars\/(family|home)\/$/, body: /calendar-multiget/ },
  },
  {
    name: "iCloud: object",
    etags: true,
    domain: "icloud",
    blames: family,
    isWell: /^family\/.*: complete/m,
    speaks: "calendar",
    rule: { method: /^GET$/, url: /\/calendars\/shared\// },
  },
];
