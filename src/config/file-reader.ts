import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Reads the files that a configuration consists of, each once, and remembers what it saw. */
export type FileReader = {
  /** The text of a file (absolute path). Failures are answers: the reason ends a sentence. */
  read(path: string): Promise<FileText>;
  /** What was read so far. */
  seen(): FilesSeen;
};

type FileText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "failed"; readonly reason: string };

/** The files of one reading, and a hash that changes whenever any of them does. */
export type FilesSeen = { readonly paths: readonly string[]; readonly fingerprint: string };

// Configuration and keys; more is a mistake (a log, a device).
const bytesMax = 1_000_000;

/** A reader for one loading of the configuration. */
export function createFileReader(): FileReader {
  const texts = new Map<string, Promise<FileText>>();
  const hashes = new Map<string, string>();

  async function load(path: string): Promise<FileText> {
    const text = await readText(path);
    const content = text.kind === "text" ? `text ${text.text}` : `failed ${text.reason}`;
    hashes.set(path, createHash("sha256").update(content).digest("hex"));
    return text;
  }

  return {
    read: (path) => {
      const text = texts.get(path) ?? load(path);
      texts.set(path, text);
      return text;
    },
    seen: () => {
      const paths = [...hashes.keys()].toSorted();
      const all = paths.map((path) => [path, hashes.get(path)]);
      return { paths, fingerprint: createHash("sha256").update(JSON.stringify(all)).digest("hex") };
    },
  };
}

async function readText(path: string): Promise<FileText> {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > bytesMax) return { kind: "failed", reason: "is far too large" };
    return { kind: "text", text: bytes.toString("utf8") };
  } catch (error) {
    return { kind: "failed", reason: explainFailure(error) };
  }
}

// Node's own message repeats the path, which may have come from the environment.
function explainFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    case "EISDIR":
      return "is a folder";
    default:
      return `cannot be read (${code})`;
  }
}
