/** An XML element: a Clark name and its content. Attributes keep their written names, without prefixes' meaning. */
export type XmlNode = {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children: readonly (XmlNode | string)[];
};

/** Makes an element. */
export function node(name: string, ...children: readonly (XmlNode | string)[]): XmlNode {
  return { name, children };
}

/** The child elements, optionally of one name. */
export function elements(parent: XmlNode, name?: string): XmlNode[] {
  return parent.children.filter(
    (child): child is XmlNode => typeof child !== "string" && (name === undefined || child.name === name),
  );
}

/** The first child element of that name. */
export function firstElement(parent: XmlNode, name: string): XmlNode | undefined {
  return elements(parent, name)[0];
}

/** All text inside an element, trimmed. */
export function textOf(parent: XmlNode): string {
  const inside = (current: XmlNode): string =>
    current.children.map((child) => (typeof child === "string" ? child : inside(child))).join("");
  return inside(parent).trim();
}
