import type { XmlNode } from "./xml-node.ts";

/** A request that is answered with an error status; each persona writes its own body for it. */
export class DavFault extends Error {
  override readonly name = "DavFault";
  readonly status: number;
  /** sabre's class of the exception, below `Sabre\DAV\Exception\` unless it starts with `Sabre`. */
  readonly exception: string;
  readonly condition: XmlNode | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    exception: string,
    message: string,
    more: { condition?: XmlNode; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.exception = exception.startsWith("Sabre") ? exception : `Sabre\\DAV\\Exception\\${exception}`;
    this.condition = more.condition;
    this.headers = more.headers ?? {};
  }
}
