import type { Translation } from "../calendar/candidate.ts";
import { type Account, categoryColorsOf } from "../store/accounts.ts";
import type { ConfiguredAccount, Context } from "./context.ts";

/** Translates a native form of this account as of now. */
export function translateNative(
  context: Context,
  entry: { readonly configured: ConfiguredAccount; readonly account: Account },
  native: string,
): Translation {
  return entry.configured.source.translator.translate(native, {
    zone: context.zone,
    window: context.window(),
    categoryColors: categoryColorsOf(entry.account),
  });
}
