import { describe, expect, it } from 'vitest';
import { createTranslator, LANGS, type LocalText, loadCatalogues } from '../../../platform/i18n/index.ts';
import { findRoot } from '../../../platform/root.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import type { LetterFacts } from './letter-facts.ts';
import { formText, letterMail } from './letter-mail.tsx';

const i18n = loadCatalogues(findRoot());
const same = (text: string): LocalText => ({ ar: `${text} ع`, fr: `${text} é`, en: text, zgh: `${text} ⵣ` });
const facts: NoticeFacts = {
  id: '0199a2b4-0000-7000-8000-000000000001',
  round: 1,
  link: 'https://salama.example/notice/0199a2b4.mac',
  origin: 'https://salama.example',
  country: same('Morocco'),
  providerName: '<b>Sample & Sons</b>',
  place: { kind: 'host', host: 'photos.sample-host.example' },
  category: same('Harassment'),
  articles: [{ instrument: same('Penal code'), number: '503-1', title: same('Title'), summary: same('Summary') }],
  deadlineHours: 24,
  assessedAt: new Date('2026-11-24T09:00:00Z'),
  purpose: 'removal',
  why: same('Insults'),
  named: true,
};
const by = { flagger: null, senderEmail: 'notices@salama.example', extra: undefined };
/** A letter with these notices. */
const about = (notices: readonly NoticeFacts[], over: Partial<LetterFacts> = {}): LetterFacts => ({
  ...by,
  id: '0199a2b4-0000-7000-8000-0000000000aa',
  kind: 'request',
  purpose: 'removal',
  again: (notices[0]?.round ?? 1) > 1,
  notices,
  link: notices.length === 1 ? (notices[0]?.link ?? '') : 'https://salama.example/notice/letter/0199a2b4.mac',
  page: 'https://salama.example/notice/letter/0199a2b4.mac',
  origin: 'https://salama.example',
  country: same('Morocco'),
  providerName: '<b>Sample & Sons</b>',
  attached: false,
  ...over,
});
const location = { kind: 'url', url: 'https://photos.sample-host.example/p/7?x=1' } as const;

describe.each(LANGS)('a notice in %s', (lang) => {
  const tr = createTranslator(i18n, lang, 'Africa/Casablanca');
  const mail = letterMail(about([facts]), tr);

  it('has in both parts all that a lawful notice has', () => {
    for (const part of [mail.text, mail.html])
      for (const needed of [
        'photos.sample-host.example',
        facts.link,
        facts.origin,
        facts.id,
        '503-1',
        tr.text(facts.category),
        tr.text(facts.country),
        '24',
        tr.t('takedown.mail.goodFaith'),
        tr.t('takedown.mail.human'),
        tr.t('takedown.mail.dispute'),
      ])
        expect(part).toContain(needed);
    expect(mail.subject).toContain('photos.sample-host.example');
    expect(mail.text).toContain(`\n${facts.link}\n`);
  });

  it('runs in the direction of its language, and shows names as text', () => {
    expect(mail.html).toContain(`<div dir="${lang === 'ar' ? 'rtl' : 'ltr'}" lang="${lang}"`);
    expect(mail.html).not.toContain('<b>Sample');
    expect(mail.html).toContain('&lt;b>Sample &amp; Sons&lt;/b>');
    expect(mail.html).not.toMatch(/undefined|null|<script|<img|http:\/\//);
  });

  it('says when it is the second time', () => {
    const again = letterMail(about([{ ...facts, round: 2 }]), tr);
    expect(again.text).toContain(tr.t('takedown.mail.again'));
    expect(mail.text).not.toContain(tr.t('takedown.mail.again'));
    expect(again.subject).not.toBe(mail.subject);
  });

  it('holds the exact place only in the text for a form', () => {
    expect(mail.text + mail.html).not.toContain('/p/7');
    expect(formText(facts, tr, location, by)).toContain(location.url);
    const account = { kind: 'account', platform: same('Instagram'), name: 'made_up' } as const;
    expect(formText(facts, tr, account, by)).toContain('made_up');
    expect(formText(facts, tr, undefined, by)).not.toContain('/p/7');
  });
});
