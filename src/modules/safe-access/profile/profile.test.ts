import { describe, expect, it } from 'vitest';
import { moroccanPack } from '../../country/testing/pack.ts';
import { compilePact } from '../family/pact.ts';
import { helpNames } from '../resolver/help.ts';
import { openRules } from '../testing/resolver.ts';
import { preset13 } from '../testing/terms.ts';
import { presetsOf } from './presets.ts';
import { BANDS, BONUS_KINDS, CATEGORIES, rules } from './rules.ts';
import { siteName } from './site-name.ts';
import { alwaysClosed, categoriesOf, kindsOf } from './windows.ts';

describe('what people type as a site', () => {
  it.each([
    ['https://www.Example.ma/page?x=1#y', 'example.ma'],
    ['example.ma.', 'example.ma'],
    ['*.example.ma', 'example.ma'],
    ['user@example.ma', 'example.ma'],
    ['example.ma:8080/x', 'example.ma'],
    ['a.b.example.co.ma', 'a.b.example.co.ma'],
    ['www.ma.com', 'ma.com'],
    ['موقع.example', 'xn--4gbrim.example'],
    ['example。ma', 'example.ma'],
  ])('%s is %s', (typed, name) => {
    expect(siteName(typed)).toBe(name);
  });

  it.each([
    '',
    ' ',
    'ma',
    'co.ma',
    'com',
    '192.0.2.1',
    '[::1]',
    'a b.ma',
    'x..ma',
    '-a.ma',
    'localhost',
    `${'a'.repeat(64)}.ma`,
  ])('not %j', (typed) => {
    expect(siteName(typed)).toBeUndefined();
  });
});

describe('rules', () => {
  it('keep names of nobody who is thirteen', () => {
    for (const band of BANDS) {
      const young = band === 'under-9' || band === '9-12';
      expect(rules.safeParse({ ...openRules, band, keeps: 'names' }).success).toBe(young);
      expect(rules.safeParse({ ...openRules, band, keeps: 'counts' }).success).toBe(true);
    }
  });

  it('have a number for each kind that fits into a mask, and say it back', () => {
    const all = Object.keys(CATEGORIES) as (keyof typeof CATEGORIES)[];
    expect(new Set(Object.values(CATEGORIES)).size).toBe(all.length);
    for (const number of Object.values(CATEGORIES)) expect(number).toBeLessThan(31);
    expect(categoriesOf(kindsOf(all))).toEqual(all);
    expect(categoriesOf(alwaysClosed({ ...openRules, safeSearch: true, noWaysAround: true }))).toEqual([
      'ways-around',
      'unsafe-search',
    ]);
  });
});

describe('presets of the country', () => {
  const { pack } = moroccanPack();
  const preset = presetsOf({ safeAccess: () => pack.safeAccess });

  it('are rules for every age; nothing is kept unless a family asks', () => {
    for (const band of BANDS) expect(preset(band)).toMatchObject({ band, keeps: 'nothing', allow: [], deny: [] });
  });

  it('leave more open with every age, and the grown-ups’ own devices alone', () => {
    const closed = BANDS.map((band) => new Set(preset(band).closed));
    closed.forEach((older, i) => {
      const younger = closed[i - 1];
      if (younger) for (const category of older) expect(younger).toContain(category);
    });
    expect(alwaysClosed(preset('grown'))).toBe(0);
    expect(preset('grown').windows).toEqual([]);
  });

  it('that can’t hold are refused at the start', () => {
    const broken = structuredClone(pack.safeAccess);
    broken.bands['13-15'].closed = ['unheard-of'];
    expect(() => presetsOf({ safeAccess: () => broken })).toThrow();
    const nosy = structuredClone(pack.safeAccess);
    nosy.bands['16-17'].keeps = 'names';
    expect(() => presetsOf({ safeAccess: () => nosy })).toThrow('only counts');
  });

  it('bonus time opens nothing that any preset calls dangerous', () => {
    for (const kind of ['adult', 'self-harm', 'violence', 'hate', 'drugs', 'gambling', 'dating', 'malware', 'phishing'])
      expect(BONUS_KINDS).not.toContain(kind);
  });
});

describe('a pact', () => {
  it('compiles into the rules, and leaves the rest as it was', () => {
    const before = { ...openRules, band: '13-15' as const, allow: ['a.example'], noWaysAround: true };
    const after = compilePact({ ...preset13, keeps: 'names', closed: ['games'] }, before);
    expect(after).toEqual({
      ...before,
      closed: ['games'],
      windows: [],
      safeSearch: true,
      youtube: 'moderate',
      keeps: 'counts',
    });
  });
});

describe('help', () => {
  const { pack } = moroccanPack();

  it('holds help lines, the State, health and e-Salama; no platform, and nothing of a whole country', () => {
    const names = helpNames(pack, ['salama.example', 'dns.salama.example']);
    for (const name of ['2511.ma', 'e-blagh.ma', 'plaintes.pmp.ma', 'sante.gov.ma', 'unicef.org', 'dns.salama.example'])
      expect(names).toContain(name);
    for (const name of ['facebook.com', 'whatsapp.com', 'gov', 'ma', 'google.com']) expect(names).not.toContain(name);
    const line = pack.helpLines.helpLines.find((l) => l.url);
    const moved = {
      ...pack,
      helpLines: { ...pack.helpLines, helpLines: [{ ...line, url: 'https://www.facebook.com/onde' }] },
    };
    expect(helpNames(moved as typeof pack, [])).not.toContain('facebook.com');
  });
});
