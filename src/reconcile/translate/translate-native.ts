import type { Translation } from "../../calendar/candidate.ts";
import type { Window } from "../../calendar/window.ts";
import type { Source } from "../../sources/source.ts";
import { type Account, categoryColorsOf } from "../../store/accounts.ts";
import type { Context } from "../context.ts";

/** An account as far as a translation depends on it. */
export type TranslatedAccount = {
  readonly configured: { readonly source: Pick<Source, "translator"> };
  readonly account: Account;
};

/** Translates a native form of this account as of now. */
export function translateNative(context: Context, entry: TranslatedAccount, native: string): Translation {
  return entry.configured.source.translator.translate(native, {
    zone: context.zone,
    window: translationWindow(context.window()),
    categoryColors: categoryColorsOf(entry.account),
  });
}

/**
 * The window in whole months, and so the same all month: what fits a server and what is shown at all depend on it, and
 * no event may turn out otherwise between its translation and its writing.
 */
export function translationWindow({ from, until }: Window): Window {
  const first = new Date(from);
  const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1);
  const last = start + Date.parse(until) - Date.parse(from);
  const end = new Date(last + longestMonthMs);
  return {
    from: new Date(start).toISOString(),
    until: new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 1)).toISOString(),
  };
}

const longestMonthMs = 31 * 86_400_000;
