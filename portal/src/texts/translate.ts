/** Finds a text and puts values into it. Pure. */

/** Texts by their names, in groups. */
export interface Texts {
  readonly [name: string]: string | Texts;
}

/** What stands in `{{name}}`; `count` also chooses between `key_one`, `key_other` and what else a language has. */
export interface Values {
  count?: number;
  [name: string]: string | number | undefined;
}

/** The keys of a catalogue, such as `labels.create.title`; those of counted texts without what they are chosen by. */
export type KeysOf<T> = T extends string
  ? never
  : {
      [Name in keyof T & string]: T[Name] extends string ? Stem<Name> : `${Name}.${KeysOf<T[Name]>}`;
    }[keyof T & string];

type Stem<Name extends string> = Name extends `${infer Start}_${Intl.LDMLPluralRule}` ? Start : Name;

/** A language with its texts. */
export interface Language {
  tag: string;
  texts: Texts;
}

/** The text of a key in the first language that has it; the key itself when none has. */
export function translate(languages: readonly Language[], key: string, values: Values = {}): string {
  for (const { tag, texts } of languages) {
    const text = values.count === undefined ? find(texts, key) : findCounted(texts, key, tag, values.count);
    if (text !== undefined) return fill(text, values);
  }
  return key;
}

function findCounted(texts: Texts, key: string, tag: string, count: number): string | undefined {
  const form = new Intl.PluralRules(tag).select(count);
  return find(texts, `${key}_${form}`) ?? find(texts, `${key}_other`) ?? find(texts, key);
}

function find(texts: Texts, key: string): string | undefined {
  let found: string | Texts | undefined = texts;
  for (const name of key.split('.')) {
    // Not what every object has: a key is none of ours if it says "constructor".
    if (typeof found !== 'object' || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return typeof found === 'string' ? found : undefined;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}
