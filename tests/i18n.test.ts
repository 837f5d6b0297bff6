import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { catalogueFolders } from '../src/platform/i18n/catalogue.ts';
import { LANGS, loadCatalogues } from '../src/platform/i18n/index.ts';
import { findRoot } from '../src/platform/root.ts';

const root = findRoot();
const i18n = loadCatalogues(root);
const prefixes = catalogueFolders(root).map((f) => f.prefix);

/** Sources that may speak to people; tests and fixtures may name keys that don't exist. */
function sources(): { file: string; text: string }[] {
  const out: { file: string; text: string }[] = [];
  for (const name of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }))
    if (/\.tsx?$/.test(name) && !/\.(test|fixture)\.tsx?$|\/testing\/|\/testkit\//.test(name))
      out.push({ file: name, text: readFileSync(path.join(root, 'src', name), 'utf8') });
  return out;
}

/** Names of the values that an ICU message takes. */
function placeholders(message: string): string[] {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const n of node) walk(n);
    else if (node !== null && typeof node === 'object') {
      const { type, value, options } = node as {
        type?: number;
        value?: unknown;
        options?: Record<string, { value: unknown }>;
      };
      // 0 is literal text and 7 the "#" of a plural; all else names a value.
      if (type !== undefined && type !== 0 && type !== 7 && typeof value === 'string') names.add(value);
      for (const option of Object.values(options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
  return [...names].sort();
}

/** Values that are limits set by us or by configuration, or a list's thousands, never one; and words that end like a plural and are none. */
const FIXED = /^(max|min|minimum|threshold|days|hours|minutes|seconds|listed|other|others|detail|before)$/;
const NO_PLURALS = /^(ms|as|ces|nos|dans|sous|sans|depuis|toujours|does|is|was|has|needs|waits|promises|counts)$/;

/** Where a value stands right before a word in -s (or -x in French), outside a plural of its own. */
function countsWithoutPlural(message: string, lang: 'fr' | 'en'): string[] {
  const ending = lang === 'fr' ? /^\s([a-zàâçéèêëîïôûù’]+[sx])(?![a-zàâçéèêëîïôûù’])/u : /^\s([a-z]+s)(?![a-z’])/u;
  const found: string[] = [];
  const walk = (nodes: unknown[]): void => {
    nodes.forEach((node, i) => {
      const { type, value, options } = node as {
        type: number;
        value?: unknown;
        options?: Record<string, { value: unknown[] }>;
      };
      for (const option of Object.values(options ?? {})) walk(option.value);
      // 1 is a plain value, 2 a number; 0 the text after it.
      const next = nodes[i + 1] as { type: number; value?: unknown } | undefined;
      if ((type !== 1 && type !== 2) || next?.type !== 0 || FIXED.test(String(value))) return;
      const word = ending.exec(String(next.value))?.[1];
      if (word !== undefined && !NO_PLURALS.test(word)) found.push(`{${String(value)}} ${word}`);
    });
  };
  walk(new IntlMessageFormat(message, lang, undefined, { ignoreTag: true }).getAst());
  return found;
}

const texts = sources();
const prefix = `(?:${prefixes.join('|')})`;
const literals = new Set<string>();
const patterns: RegExp[] = [];
for (const { text } of texts) {
  for (const m of text.matchAll(new RegExp(`['"](${prefix}\\.[A-Za-z0-9_.-]+)['"]`, 'g'))) literals.add(m[1] as string);
  for (const m of text.matchAll(new RegExp(`\`(${prefix}\\.[^\`\\s]*)\``, 'g'))) {
    const source = (m[1] as string)
      .replace(/\$\{[^}]*\}/g, '\u0000')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('\u0000', '[A-Za-z0-9_.-]+');
    patterns.push(new RegExp(`^${source}$`));
  }
  // Errors: defineError('module', 'NAME', status) has its sentence at module.error.NAME.
  for (const m of text.matchAll(/defineError\(\s*['"]([a-z-]+)['"],\s*['"]([A-Z_]+)['"]/g))
    literals.add(`${m[1]}.error.${m[2]}`);
}

describe('messages', () => {
  it('compile in every language', () => {
    expect(i18n.check()).toEqual([]);
  });

  it('have the same keys in all four languages', () => {
    const arabic = i18n.keys('ar').sort();
    for (const lang of LANGS) expect({ lang, keys: i18n.keys(lang).sort() }).toEqual({ lang, keys: arabic });
  });

  it('have the same placeholders in all four languages', () => {
    const differing = i18n.keys('ar').flatMap((key) => {
      const want = placeholders(i18n.raw('ar', key) ?? '').join();
      return LANGS.filter((l) => placeholders(i18n.raw(l, key) ?? '').join() !== want).map((l) => `${l} ${key}`);
    });
    expect(differing).toEqual([]);
  });

  it('are all used', () => {
    const unused = i18n.keys('ar').filter((key) => !literals.has(key) && !patterns.some((p) => p.test(key)));
    expect(unused).toEqual([]);
  });

  it('exist for every key that the code asks for', () => {
    const known = new Set(i18n.keys('ar'));
    const asked = texts.flatMap(({ file, text }) => [
      ...[...text.matchAll(new RegExp(`\\bt\\(\\s*['"](${prefix}\\.[A-Za-z0-9_.-]+)['"]`, 'g'))].map((m) => ({
        file,
        key: m[1] as string,
      })),
      ...[...text.matchAll(/defineError\(\s*['"]([a-z-]+)['"],\s*['"]([A-Z_]+)['"]/g)]
        .filter((m) => prefixes.includes(m[1] as string))
        .map((m) => ({ file, key: `${m[1]}.error.${m[2]}` })),
    ]);
    expect(asked.filter((a) => !known.has(a.key))).toEqual([]);
  });

  it('count with plurals: no number stands right before a plural that would be wrong for one', () => {
    const wrong = (['fr', 'en'] as const).flatMap((lang) =>
      i18n
        .keys(lang)
        .flatMap((key) =>
          countsWithoutPlural(i18n.raw(lang, key) ?? '', lang).map((what) => `${lang} ${key}: ${what}`),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('are found when a plural is missing', () => {
    expect(countsWithoutPlural('{n} objections', 'fr')).toEqual(['{n} objections']);
    expect(countsWithoutPlural('{a, select, x {{n, number} clés} other {}}', 'fr')).toEqual(['{n} clés']);
    expect(countsWithoutPlural('{n, plural, one {# clé} other {# clés}} de {max} octets au plus', 'fr')).toEqual([]);
    expect(countsWithoutPlural('{proxy} does not say', 'en')).toEqual([]);
  });

  it('use no gendered or blaming exclamation marks, and no straight apostrophe that ICU would take for a quote', () => {
    const bad = LANGS.flatMap((l) =>
      i18n
        .keys(l)
        .filter((k) => /!(?!=)|'\{/.test(i18n.raw(l, k) ?? ''))
        .map((k) => `${l} ${k}`),
    );
    expect(bad).toEqual([]);
  });

  it('count in six ways in Arabic, and by an own rule in Tamazight whatever the locale of the process', () => {
    const key = 'reporting.receipt.allMessages';
    const seen = [0, 1, 2, 3, 11, 100].map((count) => i18n.format('ar', key, { count }));
    expect(new Set(seen).size).toBe(6);
    expect(i18n.format('zgh', key, { count: 1 })).not.toBe(i18n.format('zgh', key, { count: 2 }).replace('2', '1'));
  });
});
