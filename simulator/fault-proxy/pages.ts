import type { Answer } from "./answer.ts";

/** What may be wrong with the order and number of pages. */
export type PageFault = "again" | "out-of-order" | "missing";

export type PageSetting = {
  /** Address of the page that was asked for, behind the proxy. */
  readonly address: string;
  /** Asks the server for another page, with the headers of this one. */
  readonly read: (address: string) => Promise<Answer>;
  /** Has the next request for this page answered so. */
  readonly replaceNext: (answer: Answer) => void;
};

const nextLink = "@odata.nextLink";
const deltaLink = "@odata.deltaLink";

/**
 * Repeats a page, gives a later one first, or leaves one out. An answer that stands alone is treated as if its
 * entries were pages. Null where there is nothing to repeat or to leave out.
 */
export async function misplacePage(
  answer: Answer,
  how: PageFault,
  setting: PageSetting,
): Promise<Answer | null> {
  if (answer.status < 200 || answer.status > 299) return null;
  const page = readPage(answer);
  if (page === null) return misplaceResponses(answer, how);
  const following = page[nextLink];
  if (typeof following !== "string") return misplaceItems(answer, page, how);
  if (how === "again") return withPage(answer, { ...page, [nextLink]: setting.address });
  const later = readPage(await setting.read(following));
  if (later === null) return null;
  const shortcut = { ...page, ...linksOf(later) };
  if (how === "missing") return withPage(answer, shortcut);
  setting.replaceNext(withPage(answer, shortcut));
  return withPage(answer, { ...later, [deltaLink]: undefined, [nextLink]: setting.address });
}

type PageBody = Readonly<Record<string, unknown>> & { readonly value: readonly unknown[] };

function readPage({ body }: Answer): PageBody | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return isPage(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isPage(value: unknown): value is PageBody {
  return typeof value === "object" && value !== null && "value" in value && Array.isArray(value.value);
}

function linksOf(page: PageBody): Record<string, unknown> {
  return { [nextLink]: page[nextLink], [deltaLink]: page[deltaLink] };
}

function withPage(answer: Answer, page: Record<string, unknown>): Answer {
  return { ...answer, body: Buffer.from(JSON.stringify(page)) };
}

function misplaceItems(answer: Answer, page: PageBody, how: PageFault): Answer | null {
  const value = rearrange(page.value, how);
  return value === null ? null : withPage(answer, { ...page, value });
}

function misplaceResponses(answer: Answer, how: PageFault): Answer | null {
  const text = answer.body.toString("utf8");
  const responses = [...text.matchAll(/<((?:[\w.-]+:)?response)(?:\s[^>]*)?>[\s\S]*?<\/\1>/g)];
  const first = responses[0];
  const last = responses.at(-1);
  const changed = rearrange(
    responses.map(([block]) => block),
    how,
  );
  if (first === undefined || last === undefined || changed === null) return null;
  const end = last.index + last[0].length;
  return {
    ...answer,
    body: Buffer.from(`${text.slice(0, first.index)}${changed.join("")}${text.slice(end)}`),
  };
}

function rearrange<Entry>(entries: readonly Entry[], how: PageFault): Entry[] | null {
  switch (how) {
    case "again":
      return entries.length === 0 ? null : [...entries, ...entries];
    case "out-of-order":
      return entries.length < 2 ? null : entries.toReversed();
    case "missing":
      return entries.length === 0 ? null : entries.slice(0, Math.floor(entries.length / 2));
    default:
      throw how satisfies never;
  }
}
