/** The process environment, or whatever stands in for it. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text after `${NAME}` was filled in. */
export type Interpolated = {
  readonly text: string;
  /** Names that were referenced, in order. */
  readonly names: readonly string[];
  /** Names that are not set, or empty. */
  readonly missing: readonly string[];
  /** References that are no names (`${my var}`, `${A`), as far as they can be shown. */
  readonly malformed: boolean;
};

/** Fills in `${NAME}`; `$${` stands for a literal `${`. What a variable holds is not interpolated again. */
export function interpolate(text: string, variables: Variables): Interpolated {
  const names: string[] = [];
  const missing: string[] = [];
  let malformed = false;
  const filled = text.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (match, name?: string, brace?: string) => {
    if (name === undefined) return "${";
    if (brace !== "}" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      malformed = true;
      return match;
    }
    names.push(name);
    const value = variables[name];
    if (value === undefined || value === "") missing.push(name);
    return value ?? "";
  });
  return { text: filled, names, missing, malformed };
}
