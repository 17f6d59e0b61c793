import type { ErrorCode, YAMLError } from "yaml";

/**
 * Says what is wrong with the YAML itself, in words of our own: the parser's messages quote the text,
 * which may be a password that lacks its quotes.
 */
export function explainSyntaxError(error: YAMLError, line: string): string {
  if (/\{[^}"']*:\s*\$\{/.test(line)) {
    return 'inside { } a value such as ${NAME} needs quotes: { secret: "${NAME}" }';
  }
  return EXPLANATIONS[error.code] ?? "this is not valid YAML";
}

const PUNCTUATION =
  'a quote, bracket, comma, colon or dash is missing here or just before (values with special characters need quotes: "…")';

const EXPLANATIONS: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'no anchor of that name; a value that begins with * needs quotes: "…"',
  BAD_DQ_ESCAPE: "this is not an escape that double quotes know; write \\\\ or use single quotes: '…'",
  BAD_INDENT: "the indentation does not fit the lines around it, or a bracket before it is not closed",
  BAD_SCALAR_START: 'a value that begins with @, ` or % needs quotes: "…"',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line: put the value in quotes, or begin a new line',
  DUPLICATE_KEY: "this key stands here twice",
  MISSING_CHAR: PUNCTUATION,
  MULTILINE_IMPLICIT_KEY: "a key must be followed by a colon and a space in the same line",
  MULTIPLE_DOCS: "the file must hold a single document: remove the line ---",
  TAB_AS_INDENT: "indent with spaces, not with tabs",
  TAG_RESOLVE_FAILED: 'a value that begins with ! needs quotes: "…"',
  UNEXPECTED_TOKEN: PUNCTUATION,
};
