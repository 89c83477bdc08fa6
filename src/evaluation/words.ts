/** A sentence for the reader in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** A value with every sentence in one language. */
export type Localised<T> = T extends Words
  ? string
  : T extends readonly (infer Item)[]
    ? Localised<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Localised<T[Key]> }
      : T;

/** Puts every sentence of a value, however deep, into one language; everything else stays. */
export function localise<T>(value: T, language: 'zh' | 'en'): Localised<T> {
  return pick(value, language) as Localised<T>;
}

function pick(value: unknown, language: 'zh' | 'en'): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, language));
  if (typeof value !== 'object' || value === null) return value;
  if ('zh' in value && 'en' in value) return value[language];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pick(item, language)]));
}
