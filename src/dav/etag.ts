/**
 * One spelling for an entity tag: quoted and strong. Proxies that compress make tags weak on the way
 * (`W/"x"` for `"x"`), some servers leave the quotes out in `DAV:getetag`. Null for an empty or absent tag.
 */
export function normalizeEtag(raw: string | null | undefined): string | null {
  const strong = (raw ?? "").trim().replace(/^W\//i, "");
  if (strong === "" || strong === '""') return null;
  return strong.length > 1 && strong.startsWith('"') && strong.endsWith('"') ? strong : `"${strong}"`;
}
