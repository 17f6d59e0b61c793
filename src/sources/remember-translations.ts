import type { Translation } from "../calendar/candidate.ts";
import type { TranslationContext, Translator } from "./source.ts";

/** What is kept, in characters of native forms and objects together: the events of one busy run. */
const mostCharacters = 32 * 1024 * 1024;

type Remembered = { readonly translation: Translation; readonly characters: number };

/** The newest translations of all sources of a process. */
export class TranslationMemory {
  readonly #known = new Map<string, Remembered>();
  #characters = 0;

  get(key: string): Translation | undefined {
    return this.#known.get(key)?.translation;
  }

  set(key: string, translation: Translation): void {
    const characters = key.length + lengthOf(translation);
    this.#known.set(key, { translation, characters });
    this.#characters += characters;
    for (const [oldest, entry] of this.#known) {
      if (this.#characters <= mostCharacters) return;
      this.#known.delete(oldest);
      this.#characters -= entry.characters;
    }
  }
}

/**
 * A translator that remembers its newest answers. An event is translated when it is staged and again
 * when it is written, in one run seconds apart; translating is pure, so nothing can differ.
 */
export function rememberTranslations(
  name: string,
  translator: Translator,
  memory: TranslationMemory,
): Translator {
  return {
    version: translator.version,
    translate(native, context) {
      const key = `${name} ${keyOf(context)}\n${native}`;
      const before = memory.get(key);
      if (before !== undefined) return before;
      const translation = translator.translate(native, context);
      memory.set(key, translation);
      return translation;
    },
  };
}

function keyOf({ zone, window, categoryColors }: TranslationContext): string {
  return `${zone} ${window.from} ${window.until} ${JSON.stringify(categoryColors)}`;
}

function lengthOf(translation: Translation): number {
  if (translation.kind !== "translated") return 0;
  return translation.events.reduce((total, { object }) => total + object.ics.length, 0);
}
