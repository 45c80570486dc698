/** Texts in the language that was chosen. */

import { useSyncExternalStore } from 'react';
import type { TextKey } from './catalogue';
import { currentLanguage, onLanguage } from './languages';
import type { Values } from './translate';

export { defineTexts, type TextKey } from './catalogue';
export { chooseLanguage, LANGUAGES, preferredLanguage } from './languages';

/** The text of a key, with values for what stands in `{{...}}` in it. */
export type T = (key: TextKey, values?: Values) => string;

/** Texts for a component: shown anew when another language is chosen. */
export function useTranslation(): { t: T; language: string } {
  const { t, tag } = useSyncExternalStore(onLanguage, currentLanguage);
  return { t, language: tag };
}
