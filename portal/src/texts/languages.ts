/** The languages there are, and which one is shown. English is complete and stands in for what another lacks. */

import { englishTexts } from './catalogue';
import { translate, type Language, type Texts, type Values } from './translate';

/** By their tags, as they call themselves. Another one is a module here whose default are all its texts, and a line. */
export const LANGUAGES: Record<string, { name: string; load: () => Promise<Texts> }> = {
  en: { name: 'English', load: () => Promise.resolve({}) },
};

const STORED = 'moorage.language';

export type Translate = (key: string, values?: Values) => string;

let current = { tag: 'en', t: translator('en', {}) };
const listeners = new Set<() => void>();

/** The language that is shown: the same object until another is chosen. */
export function currentLanguage(): { tag: string; t: Translate } {
  return current;
}

/** Calls back when another language is chosen; returns how to stop. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language that was chosen, else the browser's, else English. */
export function preferredLanguage(): string {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages];
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find((tag) => Object.hasOwn(LANGUAGES, tag));
  return known ?? 'en';
}

/** Shows the portal in a language; unknown ones are ignored. `remember`: also the next time. */
export async function chooseLanguage(tag: string, remember = true): Promise<void> {
  const language = Object.hasOwn(LANGUAGES, tag) ? LANGUAGES[tag] : undefined;
  if (language === undefined) return;
  current = { tag, t: translator(tag, await language.load()) };
  document.documentElement.lang = tag;
  if (remember) localStorage.setItem(STORED, tag);
  for (const tell of listeners) tell();
}

function translator(tag: string, texts: Texts): Translate {
  // English is looked up anew: more of it comes with every page.
  const english: Language = { tag: 'en', texts: englishTexts() };
  const languages = tag === 'en' ? [english] : [{ tag, texts }, english];
  return (key, values) => translate(languages, key, values);
}
