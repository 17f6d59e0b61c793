/**
 * The one `Prefer` header of every request: next and delta links do not carry it, so each page and round
 * repeats it. Without `IdType="ImmutableId"` an id would change when its event is moved.
 *
 * @param zone a Windows or IANA name for `start` and `end`
 */
export function prefer(zone: string, pageSize?: number): string {
  return [
    'IdType="ImmutableId"',
    ...(pageSize === undefined ? [] : [`odata.maxpagesize=${pageSize}`]),
    `outlook.timezone="${zone}"`,
  ].join(", ");
}
