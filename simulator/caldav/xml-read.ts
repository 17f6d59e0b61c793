import { SaxesParser } from "saxes";
import type { XmlNode } from "./xml-node.ts";

/**
 * Reads an XML document, namespaces resolved.
 *
 * @throws Error where the text is not well-formed.
 */
export function readXml(text: string): XmlNode {
  type Open = { name: string; attributes: Record<string, string>; children: (XmlNode | string)[] };
  const stack: Open[] = [];
  let root: XmlNode | undefined;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    const attributes: Record<string, string> = {};
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix !== "xmlns" && attribute.name !== "xmlns")
        attributes[attribute.local] = attribute.value;
    }
    stack.push({ name: `{${tag.uri}}${tag.local}`, attributes, children: [] });
  });
  const addText = (content: string): void => {
    stack.at(-1)?.children.push(content);
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const done = stack.pop();
    if (!done) return;
    const parent = stack.at(-1);
    if (parent) parent.children.push(done);
    else root = done;
  });
  parser.write(text).close();
  if (!root) throw new Error("the document has no root element");
  return root;
}
