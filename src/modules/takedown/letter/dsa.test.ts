import { describe, expect, it } from 'vitest';
import { createTranslator, LANGS, type Lang, loadCatalogues, type Translator } from '../../../platform/i18n/index.ts';
import { findRoot } from '../../../platform/root.ts';
import { CATEGORY_IDS, type CategoryId, createCountry, type TrustedFlagger } from '../../country/index.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import type { NoticePurpose } from '../schema.ts';
import { namesSender } from './letter.ts';
import type { LetterFacts } from './letter-facts.ts';
import { letterMail } from './letter-mail.tsx';

const i18n = loadCatalogues(findRoot());
// The pack as it is in the repository: its overlay, and with it the database, is not asked.
const country = createCountry({ config: { country: 'ma' }, rootDir: findRoot() } as Parameters<
  typeof createCountry
>[0]);
const pack = country.pack();
const MAIL = 'notices@e-salama.example';
const flagger: TrustedFlagger = {
  status: { ar: 'مُبلّغ موثوق', fr: 'Signaleur de confiance', en: 'Trusted flagger', zgh: 'ⴰⵎⵙⵙⵏⵎⵍ' },
  number: 'TF-2026-7',
  authority: { ar: 'هيئة نموذجية', fr: 'Autorité modèle', en: 'Sample authority', zgh: 'ⵜⴰⵏⴱⴰⴹⵜ' },
  since: '2026-05-01',
  verified: false,
};

function facts(category: CategoryId, purpose: NoticePurpose, n = 1): NoticeFacts {
  const found = pack.categories.categories.find((c) => c.id === category);
  const instruments = new Map(pack.law.instruments.map((i) => [i.id, i.name]));
  if (!found) throw new Error(category);
  const id = `0199a2b4-0000-7000-8000-00000000000${n}`;
  return {
    id,
    round: 1,
    link: `https://e-salama.example/notice/${id}.mac`,
    origin: 'https://e-salama.example',
    country: pack.pack.name,
    providerName: 'Sample Hosting',
    place: { kind: 'host', host: `photos${n}.sample-host.example` },
    category: found.name,
    articles: pack.law.articles
      .filter((a) => found.legalArticles.includes(a.id))
      .map((a) => ({ ...a, instrument: instruments.get(a.instrument) ?? pack.pack.name })),
    deadlineHours: 24,
    assessedAt: new Date('2026-11-24T09:00:00Z'),
    purpose,
    why: found.wording.adult.title,
    named: namesSender(category, pack.notices.unnamedFor),
  };
}

const letter = (notices: readonly NoticeFacts[], over: Partial<LetterFacts> = {}): LetterFacts => ({
  id: '0199a2b4-0000-7000-8000-0000000000aa',
  kind: 'request',
  purpose: notices[0]?.purpose ?? 'removal',
  again: false,
  notices,
  link: notices.length === 1 ? (notices[0]?.link ?? '') : 'https://e-salama.example/notice/letter/x.mac',
  page: 'https://e-salama.example/notice/letter/x.mac',
  origin: 'https://e-salama.example',
  country: pack.pack.name,
  providerName: 'Sample Hosting',
  extra: undefined,
  flagger,
  senderEmail: MAIL,
  attached: false,
  ...over,
});

/** What a part must say for each notice, by the article of Regulation (EU) 2022/2065 that asks for it. */
const ELEMENTS: readonly {
  element: string;
  /** Texts that must all be there. */
  said(f: NoticeFacts, tr: Translator, l: LetterFacts): string[];
  only?: NoticePurpose;
}[] = [
  { element: '16(2)(a) category', said: (f, tr) => [tr.text(f.category)] },
  { element: '16(2)(a) substantiated: why', said: (f, tr) => [tr.text(f.why)] },
  {
    element: '16(2)(a) substantiated: each article, with what it says',
    said: (f, tr) => f.articles.flatMap((a) => [tr.text(a.instrument), a.number, tr.text(a.title), tr.text(a.summary)]),
    only: 'removal',
  },
  {
    element: '16(2)(a) not claimed to be illegal',
    said: (_f, tr) => [tr.t('takedown.letter.termsNotIllegal'), tr.t('takedown.letter.termsRequest')],
    only: 'terms',
  },
  {
    element: '16(2)(b) exact location, behind the signed link',
    said: (f, _tr, l) => [f.link, l.link, f.place.kind === 'host' ? f.place.host : ''],
  },
  { element: '16(2)(b) reference', said: (f) => [f.id] },
  {
    element: '16(2)(c) name of the sender',
    said: (f, tr) => [tr.t('takedown.mail.signature', { country: tr.text(f.country) })],
  },
  { element: '16(2)(d) good faith', said: (_f, tr) => [tr.t('takedown.mail.goodFaith')] },
  { element: '16(4) receipt', said: (_f, tr) => [tr.t('takedown.letter.receipt')] },
  { element: '16(5) decision and redress, 16(6) automation', said: (_f, tr) => [tr.t('takedown.letter.decision')] },
  { element: '16(6) judged by a person', said: (_f, tr) => [tr.t('takedown.mail.human')] },
  {
    element: '22 trusted flagger',
    said: (_f, tr) => [tr.text(flagger.status), flagger.number, tr.text(flagger.authority)],
  },
  { element: 'date of the judgement', said: (f, tr) => [tr.date(f.assessedAt, 'date')] },
  { element: 'a way to disagree', said: (_f, tr) => [tr.t('takedown.mail.dispute')] },
];

const unescaped = (html: string) =>
  html.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

describe.each(LANGS)('every notice in %s is complete (DSA articles 16 and 22)', (lang: Lang) => {
  const tr = createTranslator(i18n, lang, 'Africa/Casablanca');
  // Isolates around what runs the other way are no words.
  const bare = (text: string) => text.replace(/[\u2066-\u2069]/g, '');

  for (const purpose of ['removal', 'terms'] as const)
    it.each(CATEGORY_IDS)(`${purpose}: %s, alone and with others`, (category) => {
      const alone = letter([facts(category, purpose)]);
      const many = letter([facts(category, purpose, 1), facts(category, purpose, 2)]);
      for (const told of [alone, many]) {
        const mail = letterMail(told, tr);
        const missing: string[] = [];
        for (const [part, text] of [
          ['text', bare(mail.text)],
          ['html', bare(unescaped(mail.html))],
        ] as const)
          for (const { element, said, only } of ELEMENTS)
            if (only === undefined || only === purpose)
              for (const f of told.notices)
                for (const words of said(f, tr, told))
                  if (!text.includes(words)) missing.push(`${part}: ${element}: ${words}`);
        expect(missing).toEqual([]);
        // The sender's mail address: always, except for offences against children.
        expect(bare(mail.text).includes(MAIL)).toBe(namesSender(category, pack.notices.unnamedFor));
        if (purpose === 'terms') expect(mail.text).not.toContain(tr.t('takedown.mail.lawTitle'));
      }
    });

  it('says nothing of a status that the country does not have', () => {
    const mail = letterMail(letter([facts('csam', 'removal')], { flagger: null }), tr);
    expect(mail.text).not.toContain(flagger.number);
  });

  it('says whether the status was verified', () => {
    const said = (verified: boolean) =>
      letterMail(letter([facts('harassment', 'removal')], { flagger: { ...flagger, verified } }), tr).text;
    expect(said(true)).not.toBe(said(false));
  });

  it('takes back without asking for anything', () => {
    for (const n of [1, 2]) {
      const notices = [facts('harassment', 'removal', 1), facts('harassment', 'removal', 2)].slice(0, n);
      const mail = letterMail(letter(notices, { kind: 'taken-back' }), tr);
      for (const f of notices) expect(bare(mail.text)).toContain(f.id);
      expect(mail.text).toContain(tr.t('takedown.letter.takenBackWhat'));
      expect(mail.text).not.toContain(tr.t('takedown.mail.keep'));
      expect(mail.subject).not.toMatch(/[{}]/);
    }
  });
});
