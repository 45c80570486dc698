import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { englishTexts } from './catalogue';

const SRC = join(import.meta.dirname, '..');
const FEATURES = globSync('features/*/texts.ts', { cwd: SRC }).map((path) => path.split('/')[1] ?? '');

await Promise.all(FEATURES.map((feature) => import(`../features/${feature}/texts.ts`)));

/** Every text by its key. */
function textsOf(part: object, path = ''): [string, string][] {
  return Object.entries(part).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : textsOf(value as object, `${path}${key}.`),
  );
}

describe('the catalogue', () => {
  const texts = new Map(textsOf(englishTexts()));

  it('has the texts of every feature under its name', () => {
    expect(FEATURES.length).toBeGreaterThan(15);
    expect(Object.keys(englishTexts())).toEqual(expect.arrayContaining(FEATURES));
  });

  it('has both forms of every text that counts, and no empty text', () => {
    const alone = [...texts.keys()].filter((key) => key.endsWith('_one') && !texts.has(key.replace(/_one$/, '_other')));
    expect(alone).toEqual([]);
    expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('has nothing in braces that would not be replaced', () => {
    const broken = [...texts].filter(([, text]) => /\{(?!\{)|\}(?!\})/.test(text.replaceAll(/\{\{\w+\}\}/g, '')));
    expect(broken).toEqual([]);
  });

  it('is loaded by every module that uses it: a text that is not there would be shown as its key', () => {
    const missing = globSync('{app,features,session,shared}/**/*.{ts,tsx}', { cwd: SRC }).flatMap((path) => {
      const source = readFileSync(join(SRC, path), 'utf8');
      const imported = [...source.matchAll(/import '([^']+)';/g)].map(([, from = '']) =>
        from.startsWith('@/') ? from.slice(2) : relative(SRC, join(SRC, dirname(path), from)),
      );
      return FEATURES.filter(
        (feature) =>
          new RegExp(`['"\`]${feature}\\.[a-zA-Z_$]`).test(source) && !imported.includes(`features/${feature}/texts`),
      ).map((feature) => `${path} uses texts of ${feature}`);
    });
    expect(missing).toEqual([]);
  });
});
