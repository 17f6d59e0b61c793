import { isSuccess } from "./multistatus.ts";
import { DAV, type DavClient, type Name } from "./protocol.ts";
import { escapeXml, keyOf } from "./xml.ts";
import { xmlDocument, xmlElement } from "./xml-document.ts";

export type PropertyValue = { readonly name: Name; readonly value: string };

/** A property that the server did not set; `status` is null where it did not mention it. */
export type RefusedProperty = { readonly name: Name; readonly status: number | null };

/** Sets text properties (PROPPATCH, RFC 4918 section 9.2) and returns those that were refused. @throws RemoteError */
export async function setProperties(
  client: DavClient,
  url: URL,
  properties: readonly PropertyValue[],
  signal: AbortSignal,
): Promise<readonly RefusedProperty[]> {
  if (properties.length === 0) return [];
  const values = properties.map(({ name, value }) => xmlElement(name, escapeXml(value))).join("");
  const body = xmlDocument(
    [DAV, "propertyupdate"],
    xmlElement([DAV, "set"], xmlElement([DAV, "prop"], values)),
  );
  const { responses } = (await client.proppatch(url, body, signal)).multistatus;
  return properties.flatMap(({ name }): readonly RefusedProperty[] => {
    const key = keyOf(name);
    const answer = responses.find((response) => response.properties.has(key) || response.missing.has(key));
    const whole = responses.find(({ status }) => status !== null && !isSuccess(status))?.status ?? null;
    if (whole === null && answer?.properties.has(key) === true) return [];
    return [{ name, status: whole ?? answer?.missing.get(key) ?? null }];
  });
}
