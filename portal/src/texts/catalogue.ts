/**
 * The catalogue: every text of the portal in English, by feature.
 *
 * The texts of a feature come with its pages, so that the first load does not carry those of all others: a module that
 * uses a feature's texts imports them (`catalogue.test.ts` looks). Their types are known everywhere.
 */

import type { FeatureTexts } from '@/features/texts';
import { session } from '@/session/texts';
import { common } from './common';
import { titles } from './titles';
import type { KeysOf, Texts } from './translate';

export type Catalogue = FeatureTexts & { common: typeof common; session: typeof session; titles: typeof titles };

/** A key of the catalogue; one that does not exist does not compile. */
export type TextKey = KeysOf<Catalogue>;

const english: Record<string, Texts> = { common, session, titles };

/** English as far as it has been loaded. */
export function englishTexts(): Texts {
  return english;
}

/** Puts the texts of a feature into the catalogue. */
export function defineTexts<const T extends Texts>(feature: string, texts: T): T {
  english[feature] = texts;
  return texts;
}
