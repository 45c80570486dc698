/** Texts in the language that was chosen; English is complete and stands in for what another lacks. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';

/** Languages by their tag, as they call themselves. Another one is a file here and a line there. */
export const LANGUAGES: Record<string, { name: string; load: () => Promise<object> }> = {
  en: { name: 'English', load: () => Promise.resolve(en) },
};

const STORED = 'moorage.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}

/** The language that was chosen, else the browser's, else English. */
export function preferredLanguage(): string {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages];
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find((tag) => Object.hasOwn(LANGUAGES, tag));
  return known ?? 'en';
}

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await chooseLanguage(preferredLanguage(), false);
}

export async function chooseLanguage(tag: string, remember = true): Promise<void> {
  const language = LANGUAGES[tag];
  if (language === undefined) return;
  if (tag !== 'en') i18next.addResourceBundle(tag, 'translation', await language.load(), true, true);
  await i18next.changeLanguage(tag);
  document.documentElement.lang = tag;
  if (remember) localStorage.setItem(STORED, tag);
}
