/** What a part of the torture needs to know. */
export type PartOptions = {
  /** A small share of everything. */
  readonly short: boolean;
  readonly seed: number;
  readonly makeDatabase: () => Promise<string>;
  /** Tells whoever watches how far it is. */
  readonly say: (line: string) => void;
};

/** How a part ended. */
export type PartReport = {
  /** Markdown for docs/reliability.md. */
  readonly text: string;
  /** A line for everything that was not as it should be; empty where all is well. */
  readonly failures: readonly string[];
};

/** One kind of adversity. */
export type Part = {
  readonly title: string;
  readonly run: (options: PartOptions) => Promise<PartReport>;
};
