import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { pemBlocks } from "./pem.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { fileName, readNamedFile } from "./resolve-context.ts";
import type { YamlPath } from "./yaml-path.ts";

/** PEM text of the authorities in a `ca_file`; null where none is configured. */
export async function resolveCa(
  context: ResolveContext,
  path: YamlPath,
  written: string | undefined,
): Promise<string | null> {
  if (written === undefined) return null;
  const text = await readNamedFile(context, path, written);
  if (text === undefined) return null;
  const blocks = pemBlocks(text, "CERTIFICATE");
  const name = fileName(context, path, resolve(context.folder, written));
  if (blocks.length === 0) context.reporter.error(path, `the file ${name} holds no certificate in PEM form`);
  else if (!blocks.every(isCertificate)) {
    context.reporter.error(path, `a certificate in the file ${name} is damaged`);
  }
  return blocks.join("\n");
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
