import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseLanguage, LANGUAGES, preferredLanguage, useTranslation } from '.';

const GERMAN = {
  common: { cancel: 'Abbrechen', selected_one: '{{count}} gewählt', selected_other: '{{count}} gewählt' },
};

function Example() {
  const { t, language } = useTranslation();
  return (
    <p>
      {language}: {t('common.cancel')}, {t('common.save')}, {t('common.selected', { count: 2 })}
    </p>
  );
}

beforeEach(() => {
  LANGUAGES.de = { name: 'Deutsch', load: () => Promise.resolve(GERMAN) };
});

afterEach(async () => {
  await chooseLanguage('en');
  delete LANGUAGES.de;
  localStorage.clear();
});

describe('another language', () => {
  it('is shown at once as far as it goes, and English where it lacks a text', async () => {
    render(<Example />);
    expect(screen.getByText('en: Cancel, Save, 2 selected')).toBeTruthy();
    await act(() => chooseLanguage('de'));
    expect(screen.getByText('de: Abbrechen, Save, 2 gewählt')).toBeTruthy();
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
    expect(document.documentElement.lang).toBe('de');
  });
});
