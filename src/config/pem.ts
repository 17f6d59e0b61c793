/** The blocks of a PEM file (RFC 7468) whose label ends in `label`, each ending in a line break. */
export function pemBlocks(text: string, label: "CERTIFICATE" | "PRIVATE KEY"): string[] {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
  return [...text.matchAll(block)]
    .filter((match) => match[1]?.endsWith(label) === true)
    .map((match) => `${match[0].replaceAll("\r\n", "\n")}\n`);
}
