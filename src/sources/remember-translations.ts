import type { Translation } from "../calendar/candidate.ts";
import type { TranslationContext, Translator } from "./source.ts";

/** Native text that is kept, in characters: the events of one busy run. */
const mostCharacters = 32 * 1024 * 1024;

/**
 * A translator that remembers its newest answers. An event is translated when it is staged and again
 * when it is written, in one run seconds apart; translating is pure, so nothing can differ.
 */
export function rememberTranslations(translator: Translator): Translator {
  const known = new Map<string, Translation>();
  let characters = 0;
  return {
    version: translator.version,
    translate(native, context) {
      const key = `${keyOf(context)}\n${native}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const translation = translator.translate(native, context);
      known.set(key, translation);
      characters += key.length;
      for (const oldest of known.keys()) {
        if (characters <= mostCharacters) break;
        known.delete(oldest);
        characters -= oldest.length;
      }
      return translation;
    },
  };
}

function keyOf({ zone, window }: TranslationContext): string {
  return `${zone} ${window.from} ${window.until}`;
}
