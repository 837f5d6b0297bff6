import type { Translator } from '../../../platform/i18n/index.ts';
import type { ExactLocation, NoticeFacts } from '../notice/facts.ts';
import type { LetterFacts } from './letter-facts.ts';

/** One block of a letter; text and HTML are made of the same ones. */
export type Part =
  | { kind: 'p'; text: string; strong?: boolean }
  | { kind: 'list'; title: string; items: readonly string[] }
  | { kind: 'link'; intro: string; label: string; href: string }
  /** A link of less weight. */
  | { kind: 'aside'; text: string; link: { label: string; href: string } }
  /** One notice among several. */
  | { kind: 'notice'; title: string; rows: readonly Row[]; link: { label: string; href: string } };
/** `ltr`: reads from left to right in every language. */
export interface Row {
  label: string;
  value: string;
  ltr?: boolean;
}

/** A letter, in the order in which it is read. */
export interface Letter {
  subject: string;
  parts: readonly Part[];
  signature: readonly string[];
}

/** With its colon, as the language sets it. */
const label = (key: string, tr: Translator) => tr.t('takedown.letter.labelled', { label: tr.t(key) });
const p = (text: string, strong = false): Part => ({ kind: 'p', text, ...(strong ? { strong } : {}) });
const when = (condition: unknown, ...parts: Part[]): Part[] => (condition ? parts : []);

/** Host or platform, kept together in a line that runs the other way. */
function placeOf(facts: NoticeFacts, tr: Translator): string {
  return facts.place.kind === 'host' ? ltr(facts.place.host, tr) : tr.text(facts.place.platform);
}

/** What runs from left to right, isolated in Arabic (U+2066 … U+2069). */
function ltr(value: string, tr: Translator): string {
  return tr.dir === 'rtl' ? `\u2066${value}\u2069` : value;
}

const lawOf = (facts: NoticeFacts, tr: Translator): string[] =>
  facts.articles.map(
    (a) =>
      `${tr.t('takedown.mail.article', {
        instrument: tr.text(a.instrument),
        number: ltr(a.number, tr),
        title: tr.text(a.title),
      })}. ${tr.text(a.summary)}`,
  );

const exactly = (location: ExactLocation, tr: Translator) =>
  location.kind === 'url'
    ? tr.t('takedown.mail.exactUrl', { url: location.url })
    : tr.t('takedown.mail.exactAccount', { platform: tr.text(location.platform), name: location.name });

function subjectOf(facts: LetterFacts, first: NoticeFacts, tr: Translator): string {
  const { t } = tr;
  const count = facts.notices.length;
  // A subject is no place for invisible characters.
  const place = first.place.kind === 'host' ? first.place.host : tr.text(first.place.platform);
  if (facts.kind === 'taken-back') return t('takedown.letter.subjectTakenBack', { count, place });
  if (facts.purpose === 'terms')
    return count > 1 ? t('takedown.letter.subjectTermsMany', { count }) : t('takedown.letter.subjectTerms', { place });
  if (count > 1) return t('takedown.letter.subjectMany', { count, again: facts.again ? 'yes' : 'no' });
  if (first.follows) return t(`takedown.mail.subjectOf.${first.follows.kind}`, { place });
  return t(facts.again ? 'takedown.mail.subjectAgain' : 'takedown.mail.subject', { place });
}

/** DSA article 16(2)(a): what was found, by whom it was judged, why, and by which law. */
function openingOf(facts: LetterFacts, first: NoticeFacts, tr: Translator): Part[] {
  const { t } = tr;
  const count = facts.notices.length;
  const terms = facts.purpose === 'terms';
  const params = { place: placeOf(first, tr), category: tr.text(first.category) };
  const host = first.place.kind === 'host';
  if (count > 1)
    return [
      p(t(terms ? 'takedown.letter.manyTerms' : 'takedown.letter.many', { count })),
      ...when(facts.again, p(t('takedown.letter.againMany'))),
      ...when(terms, p(t('takedown.letter.termsNotIllegal'))),
    ];
  if (terms)
    return [
      p(t(host ? 'takedown.letter.termsHost' : 'takedown.letter.termsAccount', params)),
      p(t('takedown.letter.why', { why: tr.text(first.why) })),
      p(t('takedown.letter.termsNotIllegal')),
    ];
  return [
    p(t(host ? 'takedown.mail.foundHost' : 'takedown.mail.foundAccount', params)),
    p(t('takedown.letter.why', { why: tr.text(first.why) })),
    ...when(facts.again, p(t('takedown.mail.again'))),
    ...(first.follows
      ? [
          p(
            t(`takedown.mail.follows.${first.follows.kind}`, {
              sent: tr.date(first.follows.firstSentAt, 'day'),
              seen: tr.date(first.follows.seenAt, 'day'),
            }),
          ),
        ]
      : []),
  ];
}

function noticePart(facts: NoticeFacts, tr: Translator): Part {
  const { t } = tr;
  const removal = facts.purpose === 'removal';
  return {
    kind: 'notice',
    title: facts.place.kind === 'host' ? facts.place.host : tr.text(facts.place.platform),
    rows: [
      { label: label('takedown.letter.category', tr), value: tr.text(facts.category) },
      { label: label('takedown.letter.whyLabel', tr), value: tr.text(facts.why) },
      ...(removal ? [{ label: label('takedown.letter.law', tr), value: lawOf(facts, tr).join(' ') }] : []),
      { label: label('takedown.letter.judged', tr), value: tr.date(facts.assessedAt, 'date') },
      ...(removal
        ? [
            {
              label: label('takedown.letter.deadline', tr),
              value: t('takedown.letter.deadlineHours', { hours: facts.deadlineHours }),
            },
          ]
        : []),
      { label: label('takedown.letter.reference', tr), value: facts.id, ltr: true },
    ],
    link: { label: t('takedown.letter.own'), href: facts.link },
  };
}

/** DSA article 22, where the country says that the programme was awarded the status. */
function flaggerOf(facts: LetterFacts, tr: Translator): Part[] {
  const { flagger } = facts;
  if (!flagger) return [];
  const key = flagger.verified ? 'takedown.letter.flagger' : 'takedown.letter.flaggerUnverified';
  return [
    p(
      tr.t(key, {
        status: tr.text(flagger.status),
        number: ltr(flagger.number, tr),
        authority: tr.text(flagger.authority),
        since: tr.date(new Date(`${flagger.since}T12:00:00Z`), 'date'),
      }),
    ),
  ];
}

/** DSA article 16(2)(c): who writes, without a mail address where an offence against a child is reported. */
function senderOf(facts: LetterFacts, tr: Translator): Part {
  const name = tr.t('takedown.mail.signature', { country: tr.text(facts.country) });
  return facts.notices.every((n) => n.named)
    ? p(tr.t('takedown.letter.sender', { name, email: ltr(facts.senderEmail, tr) }))
    : p(tr.t('takedown.letter.senderUnnamed', { name }));
}

function requestParts(facts: LetterFacts, first: NoticeFacts, tr: Translator, location?: ExactLocation): Part[] {
  const { t } = tr;
  const single = facts.notices.length === 1;
  const removal = facts.purpose === 'removal';
  return [
    ...openingOf(facts, first, tr),
    ...when(location, p(location ? exactly(location, tr) : '')),
    ...when(single && removal, { kind: 'list', title: t('takedown.mail.lawTitle'), items: lawOf(first, tr) }),
    ...(removal
      ? [
          p(
            single ? t('takedown.mail.request', { hours: first.deadlineHours }) : t('takedown.letter.requestMany'),
            true,
          ),
          p(t('takedown.mail.keep')),
          ...when(
            facts.notices.some((n) => n.asksOrigin),
            p(t('takedown.mail.origin')),
          ),
        ]
      : [p(t('takedown.letter.termsRequest'), true)]),
    {
      kind: 'link',
      intro: t(single ? 'takedown.mail.linkIntro' : 'takedown.letter.linkMany'),
      label: t(single ? 'takedown.mail.linkLabel' : 'takedown.letter.linkManyLabel'),
      href: facts.link,
    },
    ...when(facts.attached, p(t('takedown.letter.locationAttached'))),
    ...when(!single && !facts.attached, p(t('takedown.letter.downloads'))),
    ...when(single && !facts.attached && !location, {
      kind: 'aside',
      text: t('takedown.letter.downloadsOne'),
      link: { label: t('takedown.letter.downloadsLabel'), href: facts.page },
    }),
    ...(single ? [] : facts.notices.map((n) => noticePart(n, tr))),
    ...when(facts.extra, p(facts.extra ?? '')),
    p(t('takedown.mail.goodFaith')),
    p(t('takedown.mail.human')),
    senderOf(facts, tr),
    ...flaggerOf(facts, tr),
    p(`${t('takedown.letter.receipt')} ${t('takedown.letter.decision')}`),
    p(t('takedown.mail.dispute')),
    ...when(removal, p(t('takedown.mail.discreet'))),
  ];
}

function takenBackParts(facts: LetterFacts, first: NoticeFacts, tr: Translator): Part[] {
  const { t } = tr;
  const count = facts.notices.length;
  return [
    p(t('takedown.letter.takenBack', { count, place: placeOf(first, tr) }), true),
    p(t('takedown.letter.takenBackWhat')),
    p(t('takedown.letter.takenBackSorry')),
    ...facts.notices.map(
      (n): Part => ({
        kind: 'notice',
        title: n.place.kind === 'host' ? n.place.host : tr.text(n.place.platform),
        rows: [
          { label: label('takedown.letter.asked', tr), value: tr.date(n.assessedAt, 'date') },
          { label: label('takedown.letter.reference', tr), value: n.id, ltr: true },
        ],
        link: { label: t('takedown.letter.own'), href: n.link },
      }),
    ),
  ];
}

/** The letter to a provider in the translator's language. Pure: the same facts give the same letter, byte for byte. */
export function letterParts(facts: LetterFacts, tr: Translator, location?: ExactLocation): Letter {
  const { t } = tr;
  const [first] = facts.notices;
  if (!first) throw new RangeError('a letter without a notice says nothing');
  const single = facts.notices.length === 1;
  const country = tr.text(facts.country);
  return {
    subject: subjectOf(facts, first, tr),
    parts: [
      p(
        facts.providerName
          ? t('takedown.mail.greetingNamed', { name: facts.providerName })
          : t('takedown.mail.greeting'),
      ),
      p(t('takedown.mail.who', { country })),
      ...(facts.kind === 'request' ? requestParts(facts, first, tr, location) : takenBackParts(facts, first, tr)),
    ],
    signature: [
      t('takedown.mail.signature', { country }),
      facts.origin,
      single && facts.kind === 'request'
        ? t('takedown.mail.reference', { id: ltr(first.id, tr), date: tr.date(first.assessedAt, 'date') })
        : t('takedown.letter.letterReference', { id: ltr(facts.id, tr) }),
    ],
  };
}
