import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';

export const LANGS = ['ar', 'fr', 'en', 'zgh'] as const;
export type Lang = (typeof LANGS)[number];
export type LocalText = Record<Lang, string>;
export type MessageParams = Record<string, string | number | Date>;

/** Locale of formatting: Moroccan month names and Latin digits need `ar-MA`, not `ar`. */
export const LOCALE: Record<Lang, string> = { ar: 'ar-MA', fr: 'fr-MA', en: 'en-GB', zgh: 'zgh' };

export function isLang(value: string): value is Lang {
  return (LANGS as readonly string[]).includes(value);
}

type Nested = { [key: string]: string | Nested };

function flatten(nested: Nested, prefix: string, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(nested)) {
    if (key === '_review') continue;
    const name = `${prefix}.${key}`;
    if (typeof value === 'string') into.set(name, value);
    else flatten(value, name, into);
  }
}

/**
 * `Intl.PluralRules('zgh')` falls back to the process's own locale (Arabic rules under LC_ALL=ar_MA): so Tamazight has
 * its own rule here, one and other (CLDR has none; Standard Moroccan Tamazight counts like this after numerals).
 */
const zghPlural = { select: (n: number) => (n === 1 ? 'one' : 'other') } as Intl.PluralRules;

function compile(message: string, lang: Lang): IntlMessageFormat {
  if (lang !== 'zgh') return new IntlMessageFormat(message, LOCALE[lang], undefined, { ignoreTag: true });
  return new IntlMessageFormat(message, 'zgh', undefined, {
    ignoreTag: true,
    formatters: {
      getNumberFormat: (_l, o) => new Intl.NumberFormat('zgh', o),
      getDateTimeFormat: (_l, o) => new Intl.DateTimeFormat('zgh', o),
      getPluralRules: () => zghPlural,
    },
  });
}

/** All messages of all modules in one language, compiled on first use. */
export class I18n {
  readonly #raw: Record<Lang, Map<string, string>>;
  readonly #compiled = new Map<string, IntlMessageFormat>();

  constructor(raw: Record<Lang, Map<string, string>>) {
    this.#raw = raw;
  }

  keys(lang: Lang): string[] {
    return [...this.#raw[lang].keys()];
  }

  raw(lang: Lang, key: string): string | undefined {
    return this.#raw[lang].get(key);
  }

  /** Throws on an unknown key or a missing parameter: a page with a hole in it must not pass a test. */
  format(lang: Lang, key: string, params?: MessageParams): string {
    const id = `${lang}\n${key}`;
    let message = this.#compiled.get(id);
    if (!message) {
      const raw = this.#raw[lang].get(key);
      if (raw === undefined) throw new Error(`no message ${key} in ${lang}`);
      message = compile(raw, lang);
      this.#compiled.set(id, message);
    }
    return String(message.format(params));
  }

  /** Compiles everything; returns what does not compile. */
  check(): string[] {
    const problems: string[] = [];
    for (const lang of LANGS)
      for (const [key, raw] of this.#raw[lang]) {
        try {
          compile(raw, lang);
        } catch (error) {
          problems.push(`${lang} ${key}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    return problems;
  }
}

/** Every folder under `src` that has `messages/ar.json`, with the prefix its keys get (the folder's own name). */
export function catalogueFolders(rootDir: string): { prefix: string; dir: string }[] {
  const found: { prefix: string; dir: string }[] = [];
  for (const room of ['src/platform', 'src/modules']) {
    const base = path.join(rootDir, room);
    if (!existsSync(base)) continue;
    for (const entry of readdirSync(base, { withFileTypes: true })) {
      const dir = path.join(base, entry.name, 'messages');
      if (entry.isDirectory() && existsSync(path.join(dir, 'ar.json'))) found.push({ prefix: entry.name, dir });
    }
  }
  return found;
}

export function loadCatalogues(rootDir: string): I18n {
  const raw = Object.fromEntries(LANGS.map((l) => [l, new Map<string, string>()])) as Record<Lang, Map<string, string>>;
  for (const { prefix, dir } of catalogueFolders(rootDir))
    for (const lang of LANGS) {
      const file = path.join(dir, `${lang}.json`);
      if (existsSync(file)) flatten(JSON.parse(readFileSync(file, 'utf8')) as Nested, prefix, raw[lang]);
    }
  return new I18n(raw);
}
