/** A request as messages name it: method, origin and path. The query stays out: link tokens travel in it. */
export function describeRequest({ method, url }: { readonly method: string; readonly url: URL }): string {
  return `${method} ${url.protocol}//${url.host}${url.pathname}`;
}
