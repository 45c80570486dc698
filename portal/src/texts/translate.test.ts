import { describe, expect, it } from 'vitest';
import { translate, type Language } from './translate';

const english: Language = {
  tag: 'en',
  texts: {
    save: 'Save',
    greeting: 'Hello {{name}}, {{name}} again, {{other}}',
    tags_one: '{{count}} tag',
    tags_other: '{{count}} tags',
    deep: { inside: 'Inside' },
  },
};
const polish: Language = {
  tag: 'pl',
  texts: { tags_one: '{{count}} tag', tags_few: '{{count}} tagi', tags_many: '{{count}} tagów', deep: {} },
};

describe('translate', () => {
  it('finds texts in groups and fills in every value that is given', () => {
    expect(translate([english], 'deep.inside')).toBe('Inside');
    expect(translate([english], 'greeting', { name: 'Jo' })).toBe('Hello Jo, Jo again, {{other}}');
  });

  it('does not take a value for a pattern', () => {
    expect(translate([english], 'greeting', { name: '$& {{other}}', other: '1' })).toBe(
      'Hello $& {{other}}, $& {{other}} again, 1',
    );
  });

  it.each([
    ['en', 0, '0 tags'],
    ['en', 1, '1 tag'],
    ['pl', 1, '1 tag'],
    ['pl', 3, '3 tagi'],
    ['pl', 5, '5 tagów'],
  ])('counts as %s does: %d', (tag, count, text) => {
    const languages = tag === 'pl' ? [polish, english] : [english];
    expect(translate(languages, 'tags', { count })).toBe(text);
  });

  it('falls back to the next language, and to the key', () => {
    expect(translate([polish, english], 'save')).toBe('Save');
    expect(translate([polish, english], 'deep.inside')).toBe('Inside');
    expect(translate([polish, english], 'deep.constructor')).toBe('deep.constructor');
    expect(translate([polish, english], 'deep')).toBe('deep');
  });
});
