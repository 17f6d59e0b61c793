import { RemoteError } from "../../http/remote-error.ts";
import { isObject, type JsonObject, stringAt } from "./json.ts";

/** One page of an OData collection. */
export type ODataPage = {
  readonly items: readonly JsonObject[];
  readonly nextLink: string | null;
  readonly deltaLink: string | null;
};

/** @throws RemoteError `protocol` where `value` is no list of objects: never taken for an empty page. */
export function readPage(body: JsonObject, attempted: string): ODataPage {
  const { value } = body;
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new RemoteError("protocol", `${attempted} was answered without a list of items`);
  }
  return {
    items: value,
    nextLink: stringAt(body, "@odata.nextLink") ?? null,
    deltaLink: stringAt(body, "@odata.deltaLink") ?? null,
  };
}
