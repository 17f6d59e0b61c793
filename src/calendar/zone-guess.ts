import { ianaZone } from "./zones.ts";

/** Zones without summer time since long, for offsets that `Etc/GMT…` does not reach. */
const unevenOffsets: ReadonlyMap<string, string> = new Map([
  ["-0930", "Pacific/Marquesas"],
  ["+0430", "Asia/Kabul"],
  ["+0530", "Asia/Kolkata"],
  ["+0545", "Asia/Kathmandu"],
  ["+0630", "Asia/Yangon"],
  ["+0845", "Australia/Eucla"],
  ["+0930", "Australia/Darwin"],
]);

/**
 * The IANA zone that a TZID probably means, for want of anything better: a fixed offset (`GMT+0100`, `UTC-5`), which
 * has the sign of ISO 8601, or Windows' and Lotus' short or seasonal form of a name (`Eastern`, `Pacific Daylight
 * Time`). Null for everything else.
 */
export function guessedZone(tzid: string): string | null {
  const name = tzid.trim();
  const [, sign, hours, minutes = "00"] = /^(?:UTC|GMT) ?([+-])(\d{1,2})(?:[:.]?(\d\d))?$/i.exec(name) ?? [];
  if (sign !== undefined && hours !== undefined) return fixedZone(sign, Number(hours), minutes);
  return ianaZone(`${name.replace(/ (?:Daylight|Summer) Time$/i, "")} Standard Time`);
}

function fixedZone(sign: string, hours: number, minutes: string): string | null {
  if (minutes !== "00")
    return unevenOffsets.get(`${sign}${String(hours).padStart(2, "0")}${minutes}`) ?? null;
  // The signs of these names are the wrong way round.
  return hours === 0 ? "UTC" : ianaZone(`Etc/GMT${sign === "+" ? "-" : "+"}${hours}`);
}
