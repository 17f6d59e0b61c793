import { RemoteError } from "../../http/remote-error.ts";
import { isObject, type JsonObject, stringAt } from "./json.ts";

/** One page of an OData collection. */
export type ODataPage = {
  readonly items: readonly JsonObject[];
  readonly nextLink: string | null;
  readonly deltaLink: string | null;
};

/**
 * A link as an absolute address: OData allows it to be relative to the request's. An absolute one stays as
 * it is, to the letter. Null if there is none.
 */
export function absoluteLink(link: string | undefined, requested: string): string | null {
  if (link === undefined || link === "") return null;
  return URL.canParse(link) ? link : (URL.parse(link, requested)?.href ?? link);
}

/**
 * @param requested the address that was asked
 * @throws RemoteError `protocol` where `value` is no list of objects: never taken for an empty page
 */
export function readPage(body: JsonObject, attempted: string, requested: string): ODataPage {
  const { value } = body;
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new RemoteError("protocol", `${attempted} was answered without a list of items`);
  }
  return {
    items: value,
    nextLink: absoluteLink(stringAt(body, "@odata.nextLink"), requested),
    deltaLink: absoluteLink(stringAt(body, "@odata.deltaLink"), requested),
  };
}
