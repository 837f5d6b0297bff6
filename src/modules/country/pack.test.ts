import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../platform/root.ts';
import { AUDIENCES, CATEGORY_IDS, type CategoryId, type CountryPack, PACK_FILES, type RawPack } from './pack-schema.ts';
import { cardOf, categoriesOf, helpLinesOf, publicGroupsOf } from './pack-view.ts';
import { moroccanPack } from './test-pack.ts';
import { isRecord, validatePack } from './validate-pack.ts';
import { zoneDisagreements } from './zone-check.ts';

const { raw, pack } = moroccanPack();

interface Found {
  address: string;
  text: { ar: string; fr: string; en: string; zgh: string | null };
}

/** Every text in four languages, wherever it is in the files. */
function textsOf(value: unknown, address = ''): Found[] {
  if (Array.isArray(value)) return value.flatMap((v, i) => textsOf(v, `${address}[${i}]`));
  if (!isRecord(value)) return [];
  if ('ar' in value && 'fr' in value) return [{ address, text: value as Found['text'] }];
  return Object.entries(value).flatMap(([k, v]) => textsOf(v, `${address}.${k}`));
}

const texts = Object.entries(raw).flatMap(([part, value]) => textsOf(value, part));
const isPlace = (f: Found) => f.address.startsWith('regions');
const spoken = texts.filter((f) => !isPlace(f) && !f.address.startsWith('law'));
const publicTexts = texts.filter((f) => /^(cards|helpLines|platforms)|wording/.test(f.address));
const ARABIC = /[\u0600-\u06ff]/;
const TIFINAGH = /[\u2d30-\u2d7f]/;

describe('the Moroccan pack', () => {
  it('says everything in four languages, each in its own script', () => {
    expect(texts.length).toBeGreaterThan(400);
    const faults: string[] = [];
    // Brand names (WhatsApp, EMC-Helpline) stay as they are in every language.
    const isName = (f: Found) => f.text.en === f.text.fr && !ARABIC.test(f.text.fr);
    for (const f of texts) {
      const { ar, fr, en, zgh } = f.text;
      for (const [lang, text] of Object.entries(f.text)) {
        if (text === null && lang === 'zgh' && /provinces/.test(f.address)) continue;
        if (typeof text !== 'string' || text.trim() === '' || text !== text.trim())
          faults.push(`${f.address}.${lang}: empty or padded`);
      }
      if (f.address.startsWith('platforms.platforms') && isName(f)) continue;
      if (!ARABIC.test(ar)) faults.push(`${f.address}.ar: no Arabic`);
      if (ARABIC.test(fr + en) && !f.address.includes('languageNames')) faults.push(`${f.address}: Arabic in fr or en`);
      if (zgh !== null && !TIFINAGH.test(zgh) && !/EMC-Helpline/.test(zgh))
        faults.push(`${f.address}.zgh: no Tifinagh`);
      if (ARABIC.test(zgh ?? '')) faults.push(`${f.address}.zgh: Arabic letters`);
    }
    expect(faults).toEqual([]);
  });

  it('marks Tamazight as a draft in every file', () => {
    for (const [part, value] of Object.entries(raw))
      expect(isRecord(value) && typeof value._review, part).toBe('string');
  });

  it('speaks to the public in sentences of 15 words or fewer, without exclamation marks or jargon', () => {
    const faults: string[] = [];
    for (const f of publicTexts)
      for (const [lang, text] of Object.entries(f.text)) {
        if (text === null) continue;
        for (const sentence of text.split(/[.:؟?;]/)) {
          const words = sentence
            .trim()
            .split(/\s+/)
            .filter((w) => /[\p{L}\p{N}]/u.test(w));
          if (words.length > 15) faults.push(`${f.address}.${lang}: ${words.length} words: ${text}`);
        }
        if (/[!]/.test(text)) faults.push(`${f.address}.${lang}: exclamation mark`);
        if (/\b(CSAM|hash|DNS|host)\b/i.test(text)) faults.push(`${f.address}.${lang}: jargon: ${text}`);
      }
    expect(faults).toEqual([]);
  });

  it('avoids words that are not to be used', () => {
    const all = texts.flatMap((f) => Object.values(f.text)).join('\n');
    expect(all).not.toMatch(/child porn|p[ée]dopornograph|kiddie|إباحية الأطفال|دعارة الأطفال/i);
    // The ASCII apostrophe is a quote in ICU messages and wrong in French.
    expect(texts.filter((f) => f.text.fr.includes("'")).map((f) => f.address)).toEqual([]);
  });

  it('never uses a gendered imperative towards the reader in Arabic', () => {
    const imperative =
      /(^|[\s:،])(لا تدفع|لا ترسل|لا تحذف|لا ترد|احتفظ|اكتب|أخبر|اتصل|أغلق|غيّر|تحدث|اطلب|بلّغ)(ي|\s|$|[.:،])/;
    expect(publicTexts.filter((f) => imperative.test(f.text.ar)).map((f) => f.text.ar)).toEqual([]);
  });

  it('prints no telephone number in a sentence: numbers are data of their own', () => {
    const inSentences = spoken.filter((f) => f.address.startsWith('cards') || f.address.includes('wording'));
    expect(inSentences.filter((f) => /\d/.test(Object.values(f.text).join(' '))).map((f) => f.address)).toEqual([]);
  });

  it('marks every help line, law, holiday, platform and provider as still to verify, with a source', () => {
    const rows = [
      ...pack.helpLines.helpLines,
      ...pack.law.articles,
      ...pack.calendar.fixedHolidays,
      ...pack.platforms.platforms,
      ...pack.providers.providers,
    ];
    expect(rows.filter((r) => r.verified).map((r) => r.id)).toEqual([]);
    expect(pack.calendar.religiousHolidays.filter((h) => h.verified)).toEqual([]);
  });

  it('has 12 regions with their 75 provinces', () => {
    expect(pack.regions.regions.map((r) => r.provinces.length)).toEqual([8, 8, 9, 7, 5, 9, 8, 5, 6, 4, 4, 2]);
    const figuig = pack.regions.regions.flatMap((r) => r.provinces).find((p) => p.code === 'FIG');
    expect(figuig?.name).toEqual({ ar: 'فجيج', fr: 'Figuig', en: 'Figuig', zgh: 'Figuig' });
    expect(pack.regions.regions[0]?.name.zgh).toBe('ⵟⴰⵏⵊ-ⵟⵉⵜⴰⵡⵉⵏ-ⵍⵃⵓⵙⵉⵎⴰ');
  });

  it('covers the shared taxonomy R1 to R18', () => {
    const codes = new Set(pack.categories.categories.map((c) => c.code));
    for (let i = 1; i <= 18; i += 1) expect(codes).toContain(`R${i}`);
    expect(
      pack.categories.categories
        .filter((c) => c.policeHold)
        .map((c) => c.id)
        .sort(),
    ).toEqual(['csam', 'grooming', 'sextortion', 'trafficking']);
    // Of these evidence keeps no pictures. Whoever takes one out of the list decides that pictures of it are stored.
    expect(
      pack.categories.categories
        .filter((c) => c.sexual)
        .map((c) => c.id)
        .sort(),
    ).toEqual([
      'csam',
      'disinformation-deepfake',
      'grooming',
      'image-abuse',
      'pornography',
      'sextortion',
      'trafficking',
    ]);
  });

  it('uses icons that exist', () => {
    const icons = [...pack.categories.categories, ...pack.categories.groups].map((c) => c.icon);
    const dir = path.join(findRoot(), 'node_modules/lucide-static/icons');
    expect(icons.filter((icon) => !existsSync(path.join(dir, `${icon}.svg`)))).toEqual([]);
  });

  it('agrees with the zone data of this machine about the clock', () => {
    expect(zoneDisagreements(pack.calendar)).toEqual([]);
  });

  it('shows 19 and 177 in the bar, always open', () => {
    const bar = pack.helpLines.helpLines.filter((l) => l.bar).sort((a, b) => a.order - b.order);
    expect(bar.map((l) => [l.tel, l.hours?.kind])).toEqual([
      ['19', 'always'],
      ['177', 'always'],
    ]);
  });
});

describe('what the public sees', () => {
  it.each(AUDIENCES)('reaches every category from about ten groups (%s)', (audience) => {
    const groups = publicGroupsOf(pack, audience);
    expect(groups).toHaveLength(10);
    expect(groups.at(-1)?.id).toBe('something-else');
    expect(groups.flatMap((g) => g.categories.map((c) => c.id)).sort()).toEqual([...CATEGORY_IDS].sort());
    expect(new Set(groups.map((g) => g.words.title.ar)).size).toBe(10);
  });

  it.each(CATEGORY_IDS)('has a card, somebody to turn to, and words for children: %s', (id: CategoryId) => {
    for (const audience of AUDIENCES) {
      const card = cardOf(pack, id, audience);
      expect(card.steps.length).toBeGreaterThanOrEqual(3);
      expect(card.doNot.length).toBeGreaterThanOrEqual(1);
      expect(card.helpLines.length).toBeGreaterThanOrEqual(1);
      expect(card.helpLines.every((l) => l.active && l.audiences.includes(audience))).toBe(true);
      expect(helpLinesOf(pack, id, audience).map((l) => l.id)).toContain('onde-2511');
    }
    const c = categoriesOf(pack).find((x) => x.id === id);
    expect(c?.allowedOutcomes).toContain('not-actionable');
  });

  it('says the sextortion sentence in one breath, first', () => {
    for (const audience of AUDIENCES)
      expect(cardOf(pack, 'sextortion', audience).lead.en).toBe(
        'Do not pay, send nothing more, delete nothing: somebody is here to help.',
      );
  });

  it('names self-harm help on every card where despair is near', () => {
    for (const id of ['sextortion', 'image-abuse', 'harassment'] as const)
      for (const audience of AUDIENCES)
        expect(
          cardOf(pack, id, audience)
            .steps.map((s) => s.en)
            .join(' '),
        ).toMatch(/talks of dying|hurting yourself/);
  });

  it('never tells anybody to copy abusive pictures, and shows no unconfirmed line', () => {
    const csam = cardOf(pack, 'csam', 'adult');
    expect(csam.steps.map((s) => s.en).join(' ')).not.toMatch(/screenshot/i);
    expect(csam.doNot.map((s) => s.en)).toContain('Do not download, photograph or forward these pictures.');
    expect(csam.helpLines.map((l) => l.id)).not.toContain('iwf-portal');
  });

  it('puts the preferred lines first and leaves adult-only portals out for children', () => {
    const adult = helpLinesOf(pack, 'sextortion', 'adult').map((l) => l.id);
    expect(adult.slice(0, 4)).toEqual(['emc-helpline', 'onde-2511', 'e-blagh', 'prosecutor-portal']);
    expect(adult).toContain('police');
    expect(helpLinesOf(pack, 'sextortion', 'child').map((l) => l.id)).not.toContain('prosecutor-portal');
  });
});

describe('validatePack', () => {
  const broken = (change: (copy: { [P in keyof CountryPack]: CountryPack[P] }) => void): string[] => {
    const copy = structuredClone(raw) as RawPack as CountryPack;
    change(copy);
    const result = validatePack(copy);
    return result.ok ? [] : result.problems;
  };

  it('lists every problem at once, each with its address', () => {
    const problems = broken((p) => {
      (p.helpLines.helpLines[0] as { tel: string }).tel = 'nineteen';
      (p.law.articles[0] as { title: { ar: string } }).title.ar = ' ';
      (p.pack as { zone: string }).zone = '';
      (p.cards.cards[0] as { doNot?: string }).doNot = 'x';
    });
    expect(problems).toHaveLength(4);
    expect(problems[0]).toMatch(/^pack\.json: zone: /);
    expect(problems[1]).toMatch(/^help-lines\.json: helpLines\[police\]\.tel: /);
    expect(problems[2]).toMatch(/^law\.json: articles\[penal-218-2\]\.title\.ar: /);
    expect(problems[3]).toMatch(/^cards\.json: cards\[sextortion\]: .*doNot/);
  });

  it.each<[string, (p: CountryPack) => void, string]>([
    [
      'a missing card',
      (p) => {
        p.cards.cards = p.cards.cards.filter((c) => c.category !== 'csam');
      },
      'cards.json: the category "csam" has no card',
    ],
    [
      'a help line nobody defined',
      (p) => {
        p.categories.categories[0]?.helpLines.push('nobody');
      },
      'risk-categories.json[sextortion]: there is no help line "nobody"',
    ],
    [
      'a line that does not fit',
      (p) => {
        p.categories.categories[0]?.helpLines.push('cndp');
      },
      'risk-categories.json[sextortion]: the help line "cndp" does not list it',
    ],
    [
      'an unknown article',
      (p) => {
        p.categories.categories[0]?.legalArticles.push('penal-0');
      },
      'risk-categories.json[sextortion]: there is no legal article "penal-0"',
    ],
    [
      'a phrase nobody wrote',
      (p) => {
        p.cards.cards[0]?.adult.steps.push('dance');
      },
      'cards.json[sextortion]: there is no phrase "dance"',
    ],
    [
      'a phrase nobody says',
      (p) => {
        p.cards.phrases.idle = { all: { ar: 'ا', fr: 'a', en: 'a', zgh: 'ⴰ' } };
      },
      'cards.json: no card uses the phrase "idle"',
    ],
    [
      'a province twice',
      (p) => {
        p.regions.regions[1]?.provinces.push(...(p.regions.regions[0]?.provinces.slice(0, 1) ?? []));
      },
      'regions.json provinces: "TNG" appears twice',
    ],
    [
      'another zone',
      (p) => {
        p.calendar.zone = 'Europe/Paris';
      },
      "calendar.json: its zone is not the pack's (Africa/Casablanca)",
    ],
    [
      'an unnamed holiday',
      (p) => {
        for (const h of p.calendar.religiousHolidays.slice(0, 1)) h.kind = 'nameless';
      },
      'calendar.json[eid-al-fitr-2026]: "nameless" has no name',
    ],
  ])('finds %s', (_, change, problem) => {
    expect(broken(change)).toContain(problem);
  });

  it('names every part that is missing', () => {
    const empty = Object.fromEntries(Object.keys(PACK_FILES).map((p) => [p, undefined])) as RawPack;
    const result = validatePack(empty);
    expect(result.ok ? [] : result.problems).toHaveLength(Object.keys(PACK_FILES).length);
  });
});
