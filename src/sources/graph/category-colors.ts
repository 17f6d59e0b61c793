import { z } from "zod";
import { RemoteError } from "../../http/remote-error.ts";
import type { CategoryColors } from "../source.ts";
import { type JsonObject, stringAt } from "./json.ts";
import type { Mailbox } from "./mailbox.ts";

/**
 * Outlook's 25 presets by keywords of CSS Color Level 3, the only colours that RFC 7986 5.9 knows. Nearest in
 * OKLab to the base colours of [MS-OXOCFG] 2.2.5.1.1 (in the comments); where two presets would meet in one
 * keyword or leave their hue, the next nearest that tells them apart.
 * https://learn.microsoft.com/graph/api/resources/outlookcategory
 */
const keywordByPreset: ReadonlyMap<string, string> = new Map([
  ["preset0", "crimson"], // red, #d6252e
  ["preset1", "darkorange"], // orange, #f06c15
  ["preset2", "gold"], // peach (also called brown), #ffca4c
  ["preset3", "yellow"], // yellow, #fffe3d
  ["preset4", "limegreen"], // green, #4ab63f
  ["preset5", "lightseagreen"], // teal, #40bd95
  ["preset6", "olivedrab"], // olive, #859a52
  ["preset7", "royalblue"], // blue, #3267b8
  ["preset8", "slateblue"], // purple, #613db4
  ["preset9", "mediumvioletred"], // cranberry, #a34e78
  ["preset10", "lightsteelblue"], // steel, #c4ccdd
  ["preset11", "lightslategray"], // dark steel, #8c9cbd
  ["preset12", "silver"], // gray, #c4c4c4
  ["preset13", "darkgray"], // dark gray, #a5a5a5
  ["preset14", "black"], // black, #1c1c1c
  ["preset15", "firebrick"], // dark red, #af1e25
  ["preset16", "sienna"], // dark orange, #b14f0d
  ["preset17", "darkgoldenrod"], // dark peach, #ab7b05
  ["preset18", "olive"], // dark yellow, #999400
  ["preset19", "green"], // dark green, #35792b
  ["preset20", "teal"], // dark teal, #2e7d64
  ["preset21", "darkolivegreen"], // dark olive, #5f6c3a
  ["preset22", "darkslateblue"], // dark blue, #2a5191
  ["preset23", "indigo"], // dark purple, #50328f
  ["preset24", "purple"], // dark cranberry, #82375f
]);

const dayMs = 24 * 3_600_000;

const memorySchema = z.object({ v: z.literal(1), categoriesAskedAt: z.number() });

type CategoryReading = { readonly colors: CategoryColors | null; readonly memory: string | null };

/**
 * The colours of the mailbox's categories, asked for once a day. They are an ornament, and their permission
 * (MailboxSettings.Read) is optional: a refusal waits for the next day, a failure for the next listing, and
 * neither is an error. `colors` is null where nothing was learned.
 * https://learn.microsoft.com/graph/api/outlookuser-list-mastercategories
 *
 * @param memory what the last call returned; anything else counts as never asked
 */
export async function readCategoryColors(
  mailbox: Mailbox,
  memory: string | null,
  signal: AbortSignal,
): Promise<CategoryReading> {
  const now = mailbox.clock.now();
  const age = now - askedAt(memory);
  if (age >= 0 && age < dayMs) return { colors: null, memory };
  const asked = JSON.stringify({ v: 1, categoriesAskedAt: now });
  const items: JsonObject[] = [];
  const target = { path: "/outlook/masterCategories" };
  try {
    for await (const page of mailbox.pages({ target, what: "reading the colours of categories", signal })) {
      items.push(...page);
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { colors: null, memory: isRefusal(error) ? asked : memory };
  }
  return { colors: colorsOf(items), memory: asked };
}

/** Everything but what may pass by itself in a quarter of an hour. */
function isRefusal({ kind }: RemoteError): boolean {
  return kind !== "transient" && kind !== "throttled" && kind !== "aborted" && kind !== "auth";
}

function askedAt(memory: string | null): number {
  try {
    return memorySchema.safeParse(JSON.parse(memory ?? "null")).data?.categoriesAskedAt ?? 0;
  } catch {
    return 0;
  }
}

/**
 * In the order of names, so that the same colours are the same text. Of names that differ in case only, which
 * Outlook does not allow, the first one counts; `__proto__` is nobody's category.
 */
function colorsOf(items: readonly JsonObject[]): CategoryColors {
  const found = new Map<string, string>();
  for (const item of items) {
    const name = stringAt(item, "displayName")?.trim().toLowerCase();
    const color = keywordByPreset.get(stringAt(item, "color")?.toLowerCase() ?? "");
    if (name === undefined || name === "" || name === "__proto__" || color === undefined) continue;
    if (!found.has(name)) found.set(name, color);
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
