import type { Translation } from "../../src/calendar/candidate.ts";
import { fingerprint } from "../../src/calendar/fingerprint.ts";
import type { ConfiguredAccount, Context } from "../../src/reconcile/context.ts";
import { type SyncResult, sync } from "../../src/reconcile/sync.ts";
import type { Installation } from "./installation.ts";

/** What a version makes of a translation of the version before. May throw. */
export type Change = (translation: Translation, native: string) => Translation;

/** One pass over everything by a program whose translators have another version and do this. */
export function syncWith(
  kalends: Installation,
  version: number,
  change: Change,
  signal: AbortSignal = new AbortController().signal,
): Promise<SyncResult> {
  return sync(contextWith(kalends, version, change), null, signal);
}

function contextWith(kalends: Installation, version: number, change: Change): Context {
  const { context } = kalends.application.connections;
  return { ...context, accounts: context.accounts.map((account) => changed(account, version, change)) };
}

function changed(account: ConfiguredAccount, version: number, change: Change): ConfiguredAccount {
  const { translator } = account.source;
  const another = {
    version,
    translate: (native: string, context: Parameters<typeof translator.translate>[1]) =>
      change(translator.translate(native, context), native),
  };
  return { ...account, source: { ...account.source, translator: another } };
}

/** The translation with a comment in every event: another fingerprint, the same times. */
export function commented(translation: Translation, comment: string): Translation {
  if (translation.kind !== "translated") return translation;
  const events = translation.events.map((event) => {
    const ics = event.object.ics.replaceAll("END:VEVENT", `COMMENT:${comment}\r\nEND:VEVENT`);
    return { ...event, object: { ...event.object, ics, fingerprint: fingerprint(ics) } };
  });
  return { ...translation, events };
}
