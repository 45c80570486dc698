import i18next from 'i18next';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseLanguage, LANGUAGES, preferredLanguage, startTexts } from '.';
import { en } from './en';

const GERMAN = {
  common: { cancel: 'Abbrechen', selected_one: '{{count}} gewählt', selected_other: '{{count}} gewählt' },
};

beforeEach(async () => {
  LANGUAGES.de = { name: 'Deutsch', load: () => Promise.resolve(GERMAN) };
  await startTexts();
});

afterEach(() => {
  delete LANGUAGES.de;
  localStorage.clear();
});

/** Every text of a catalogue by its key. */
function textsOf(part: object, path = ''): [string, string][] {
  return Object.entries(part).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : textsOf(value as object, `${path}${key}.`),
  );
}

describe('another language', () => {
  it('is shown as far as it goes, and English where it lacks a text', async () => {
    await chooseLanguage('de');
    expect(i18next.t('common.cancel')).toBe('Abbrechen');
    expect(i18next.t('common.save')).toBe('Save');
    expect(i18next.t('common.error.title')).toBe('That did not work');
  });

  it('is said in the page, and remembered', async () => {
    await chooseLanguage('de');
    expect(document.documentElement.lang).toBe('de');
    expect(preferredLanguage()).toBe('de');
  });

  it('is the browser’s where none was chosen', () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fr-FR', 'de-AT', 'en']);
    expect(preferredLanguage()).toBe('de');
  });

  it('is English where none of the browser’s is known', () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fr-FR', 'constructor']);
    expect(preferredLanguage()).toBe('en');
  });

  it('changes nothing when there is no such language', async () => {
    await chooseLanguage('de');
    await chooseLanguage('xx');
    expect(i18next.language).toBe('de');
  });
});

describe('the catalogue', () => {
  it('counts', () => {
    expect(i18next.t('jobs.workers.idle', { count: 1 })).toBe('Nothing runs. 1 worker is idle.');
    expect(i18next.t('jobs.workers.idle', { count: 10 })).toBe('Nothing runs. 10 workers are idle.');
  });

  it('writes what is put into a text as it is: React escapes it', () => {
    expect(i18next.t('common.selectRow', { name: '<b>&"' })).toBe('Select <b>&"');
  });

  it('has both forms of every text that counts, and no empty text', () => {
    const texts = new Map(textsOf(en));
    const alone = [...texts.keys()].filter((key) => key.endsWith('_one') && !texts.has(key.replace(/_one$/, '_other')));
    expect(alone).toEqual([]);
    expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('puts nothing into a text that i18next would not replace', () => {
    const broken = textsOf(en).filter(([, text]) => /\{(?!\{)|\}(?!\})/.test(text.replaceAll(/\{\{\w+\}\}/g, '')));
    expect(broken).toEqual([]);
  });
});
