/** The UID that all copies of a meeting share, and the instance that this copy is of. */
export type MeetingIdentity = {
  /** Never empty unless the given UID was. */
  readonly uid: string;
  /** `yyyy-mm-dd`, from a GlobalObjectId that names one instance of a series; null otherwise. */
  readonly instanceDate: string | null;
};

/** Outlook's marker of a GlobalObjectId in hexadecimal ([MS-OXOCAL] 2.2.1.27), and its smallest size. */
const globalObjectId = /^040000008200E00074C5B7101A82E008(?:[0-9A-F]{2}){24,}$/;
const dateAt = 32;
const dataAt = 80;

/**
 * The clean UID of a meeting. A GlobalObjectId loses its instance date, and if it only wraps another
 * system's UID (`vCal-Uid`) that one is taken; any other UID stays as it is, trimmed.
 */
export function meetingIdentity(uid: string): MeetingIdentity {
  const trimmed = uid.trim();
  const hex = trimmed.toUpperCase();
  if (!globalObjectId.test(hex)) return { uid: trimmed, instanceDate: null };
  const instanceDate = readDate(hex.slice(dateAt, dateAt + 8));
  const wrapped = readWrapped(hex.slice(dataAt));
  if (wrapped !== null) {
    const inner = meetingIdentity(wrapped);
    return { uid: inner.uid, instanceDate: instanceDate ?? inner.instanceDate };
  }
  return { uid: `${hex.slice(0, dateAt)}00000000${hex.slice(dateAt + 8)}`, instanceDate };
}

function readDate(hex: string): string | null {
  const year = Number.parseInt(hex.slice(0, 4), 16);
  const month = Number.parseInt(hex.slice(4, 6), 16);
  const day = Number.parseInt(hex.slice(6, 8), 16);
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  return [String(year).padStart(4, "0"), pad(month), pad(day)].join("-");
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

/** The UID after `vCal-Uid` and a long 1, up to a zero byte; null if the data is something else. */
function readWrapped(hex: string): string | null {
  const bytes = Buffer.from(hex, "hex");
  if (bytes.subarray(0, 8).toString("latin1").toLowerCase() !== "vcal-uid") return null;
  const end = bytes.indexOf(0, 12);
  const uid = bytes
    .subarray(12, end === -1 ? undefined : end)
    .toString("utf8")
    .trim();
  return uid === "" || /[\p{Cc}\uFFFD]/u.test(uid) ? null : uid;
}
