import { z } from 'zod';
import { LANGS } from '../../platform/i18n/index.ts';
import { blockingFile, neverBlockFile } from './blocking-schema.ts';
import { clocksFile } from './clocks-schema.ts';
import { figuresFile } from './figures-schema.ts';
import { helpNamesFile, toolsFile } from './help-tools-schema.ts';
import { dutiesFile, helplineFile, wellbeingFile } from './helpline-schema.ts';
import { escalationFile, lawLabFile } from './ladder-schema.ts';
import { extraParagraph, noticesFile } from './notices-schema.ts';
import { safeAccessFile } from './safe-access-schema.ts';

/*
 * The shape of a country pack (`country/<id>/*.json`). A pack is data that people edit: every object is strict, so that
 * a misspelt key is a problem with an address instead of a text that never shows.
 */

const text = z.string().trim().min(1);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug such as image-abuse');
const isoDate = z.iso.date();
const instant = z.iso.datetime().transform((v) => new Date(v));
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM');
const review = { _review: text.optional() };
/** Facts that somebody has to check before release say so, and where they come from. */
const sourced = { verified: z.boolean(), source: text };

export const localText = z.strictObject({ ar: text, fr: text, en: text, zgh: text });
/** A place may have no Tamazight name yet; it then shows the French one. */
const placeName = z
  .strictObject({ ar: text, fr: text, en: text, zgh: text.nullable() })
  .transform((v) => ({ ...v, zgh: v.zgh ?? v.fr }));

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const AUDIENCES = ['child', 'adult'] as const;
export type Audience = (typeof AUDIENCES)[number];
export const URGENCIES = ['danger', 'urgent', 'normal', 'low'] as const;
export type Urgency = (typeof URGENCIES)[number];
export const OUTCOMES = ['illegal', 'harmful-not-illegal', 'not-actionable'] as const;
export type AllowedOutcome = (typeof OUTCOMES)[number];
export const CATEGORY_IDS = [
  'sextortion',
  'image-abuse',
  'grooming',
  'trafficking',
  'harassment',
  'csam',
  'pornography',
  'hate-extremism',
  'extremist-recruitment',
  'violent-content',
  'self-harm',
  'dangerous-challenge',
  'fraud-impersonation',
  'privacy',
  'disinformation-deepfake',
  'excessive-use',
  'advertising-gambling',
  'relationships',
  'technical',
  'other',
] as const;
/** The shared risk categories: the same ids in reports, casework, takedown, figures, courses and the API. */
export type CategoryId = (typeof CATEGORY_IDS)[number];
const categoryId = z.enum(CATEGORY_IDS);

/** From and to in the country's clock; `to` at or before `from` means the next day (22:00-02:00). */
const interval = z
  .tuple([timeOfDay, timeOfDay])
  .refine(([from]) => from !== '24:00', 'an interval begins before 24:00');
const week = z.partialRecord(z.enum(WEEKDAYS), z.array(interval));
export type Week = z.infer<typeof week>;

const openingHours = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('always') }),
  z.strictObject({
    kind: z.literal('weekly'),
    week,
    /** Other hours in Ramadan, when the service has them. */
    ramadanWeek: week.optional(),
    holidays: z.enum(['open', 'closed']),
  }),
]);
export type OpeningHours = z.infer<typeof openingHours>;

export const packFile = z.strictObject({
  ...review,
  id: z.string().regex(/^[a-z]{2}$/),
  name: localText,
  languages: z.array(z.enum(LANGS)).length(LANGS.length),
  languageNames: localText,
  zone: text,
  callingCode: z.string().regex(/^\+\d{1,3}$/),
  majorityAge: z.int().min(15).max(25),
});

export const regionsFile = z.strictObject({
  ...review,
  ...sourced,
  regions: z.array(
    z.strictObject({
      code: text,
      name: placeName,
      provinces: z.array(z.strictObject({ code: text, kind: z.enum(['province', 'prefecture']), name: placeName })),
    }),
  ),
});

const helpLine = z.strictObject({
  id: slug,
  kind: z.enum(['emergency', 'child', 'portal', 'support']),
  name: localText,
  description: localText,
  /** A short code or number as people dial it; short codes are no E.164 numbers. */
  tel: z
    .string()
    .regex(/^\+?\d{2,15}$/)
    .nullable(),
  url: z.url({ protocol: /^https$/ }).nullable(),
  free: z.boolean().nullable(),
  /** null: nobody has told us yet; such a line is never said to be open. */
  hours: openingHours.nullable(),
  categories: z.union([z.literal('all'), z.array(categoryId).min(1)]),
  audiences: z.array(z.enum(AUDIENCES)).min(1),
  /** Shown in the bar on top of every page. */
  bar: z.boolean(),
  /** An inactive line is kept for the administrator to confirm, and never shown to the public. */
  active: z.boolean(),
  order: z.int(),
  ...sourced,
});
export type HelpLine = z.infer<typeof helpLine>;
export const helpLinesFile = z.strictObject({ ...review, helpLines: z.array(helpLine) });

export const calendarFile = z.strictObject({
  ...review,
  ...sourced,
  zone: text,
  weekend: z.array(z.enum(WEEKDAYS)),
  /** Last local date for which the dated rows (religious holidays, Ramadan) are filled in. */
  knownUntil: isoDate,
  workingHours: z.strictObject({ ordinary: week, ramadan: week }),
  fixedHolidays: z.array(
    z.strictObject({ id: slug, day: z.string().regex(/^\d\d-\d\d$/), validFrom: isoDate, name: localText, ...sourced }),
  ),
  religiousHolidayNames: z.record(slug, localText),
  religiousHolidays: z.array(
    z.strictObject({ id: slug, kind: slug, date: isoDate, days: z.int().min(1).max(5), verified: z.boolean() }),
  ),
  religiousSource: text,
  ramadan: z.array(z.strictObject({ id: slug, first: isoDate, last: isoDate, verified: z.boolean() })),
  /** What the law says the clock shows, from each instant on; compared with the zone data of the machine. */
  clock: z.array(z.strictObject({ from: instant, offsetMinutes: z.int(), reason: slug, ...sourced })).min(1),
  clockKnownFrom: instant,
});
export type Calendar = z.infer<typeof calendarFile>;

const article = z.strictObject({
  id: slug,
  instrument: slug,
  number: text,
  /** null: the date for this country is still to be found. */
  validFrom: isoDate.nullable(),
  validTo: isoDate.nullable(),
  title: localText,
  summary: localText,
  ...sourced,
});
export type LawArticle = z.infer<typeof article>;
export const lawFile = z.strictObject({
  ...review,
  instruments: z.array(z.strictObject({ id: slug, name: localText, kind: z.enum(['national', 'treaty']) })),
  articles: z.array(article),
});

const words = z.strictObject({ title: localText, example: localText });
const wording = z.strictObject({ adult: words, child: words });
export type Words = z.infer<typeof words>;
const category = z.strictObject({
  id: categoryId,
  /** Code in the shared taxonomy R1-R18; two categories may share one; null for "something else". */
  code: z
    .string()
    .regex(/^R([1-9]|1[0-8])$/)
    .nullable(),
  group: slug,
  publicOrder: z.int(),
  /** A Lucide icon name. */
  icon: slug,
  urgency: z.enum(URGENCIES),
  /** No notice before preservation and the police-hold decision. */
  policeHold: z.boolean(),
  /** May show sexual content: evidence of it keeps hashes and words, and nothing pictorial. */
  sexual: z.boolean(),
  legalArticles: z.array(slug),
  helpLines: z.array(slug),
  allowedOutcomes: z.array(z.enum(OUTCOMES)).min(1),
  /** The field's term, for the desk and for figures. */
  name: localText,
  /** Plain words for the public; children get their own. */
  wording,
});
export type RiskCategory = z.infer<typeof category>;
const group = z.strictObject({
  id: slug,
  icon: slug,
  order: z.int(),
  /** null: the group is its one category and speaks with its words. */
  wording: wording.nullable(),
});
export const categoriesFile = z.strictObject({ ...review, groups: z.array(group), categories: z.array(category) });

/** One sentence, said once and translated once; cards point to it. */
const phrase = z.union([z.strictObject({ all: localText }), z.strictObject({ adult: localText, child: localText })]);
const cardFace = z.strictObject({
  title: localText,
  lead: slug,
  steps: z.array(slug).min(3).max(7),
  doNot: z.array(slug).min(1).max(4),
});
const card = z.strictObject({
  category: categoryId,
  adult: cardFace,
  child: cardFace,
  helpLines: z.array(slug).min(1),
  /** What to choose in the platform's own form; null where no platform can help. */
  platformHint: slug.nullable(),
});
export const cardsFile = z.strictObject({ ...review, phrases: z.record(slug, phrase), cards: z.array(card) });

const platform = z.strictObject({
  id: slug,
  name: localText,
  kind: z.enum(['messaging', 'social', 'video', 'game', 'search', 'files', 'other']),
  domains: z.array(z.hostname()),
  reportUrl: z.url({ protocol: /^https$/ }).nullable(),
  /** How to write the account's name: an id in `accountHints`. */
  accountHint: slug,
  order: z.int(),
  ...sourced,
});
export type OnlinePlatform = z.infer<typeof platform>;
export const platformsFile = z.strictObject({
  ...review,
  accountHints: z.record(slug, localText),
  platforms: z.array(platform),
});

const provider = z.strictObject({
  id: slug,
  name: text,
  platforms: z.array(slug),
  /** Registrable domains or hosts; subdomains belong to them. */
  domains: z.array(z.hostname()).min(1),
  /** Language of the notice. */
  language: z.enum(LANGS),
  channel: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('form'), url: z.url({ protocol: /^https$/ }) }),
    z.strictObject({ kind: z.literal('mail'), address: z.email() }),
  ]),
  /** A further paragraph of its letters, by language. */
  extra: extraParagraph.optional(),
  ...sourced,
});
export type ProviderSeed = z.infer<typeof provider>;
export const providersFile = z.strictObject({ ...review, providers: z.array(provider) });

export const pillarsFile = z.strictObject({
  ...review,
  ...sourced,
  pillars: z.array(
    z.strictObject({ id: slug, code: z.string().regex(/^P[1-9]$/), name: localText, summary: localText }),
  ),
});

export const RETENTION_RULES = [
  'report',
  'report-unfounded',
  'contact',
  'assessment-note',
  'notice-answer',
  'block-entry',
  'block-appeal',
  'referral',
  'helpline-note',
  'care-plan',
  'evidence',
  'case',
  'disclosure',
  'mail-trace',
  'family',
  'access-request',
  'list-contest',
] as const;
/** What is destroyed after its time; each is acted on by the module that keeps it. */
export type RetentionRuleId = (typeof RETENTION_RULES)[number];
export const retentionFile = z.strictObject({
  ...review,
  ...sourced,
  /** Days that a preservation request holds unless it is renewed. */
  preservationDays: z.int().min(1).max(3650),
  rules: z
    .array(
      z.strictObject({
        id: z.enum(RETENTION_RULES),
        /** Calendar months after the record came to its end. */
        months: z.int().min(1).max(600),
        name: localText,
        basis: localText,
      }),
    )
    .refine((rules) => RETENTION_RULES.every((id) => rules.filter((r) => r.id === id).length === 1), {
      message: `must have each of ${RETENTION_RULES.join(', ')} once`,
    }),
});
const reviewScope = {
  id: slug,
  outcomes: z.array(z.enum(OUTCOMES)).min(1),
  categories: z.union([z.literal('all'), z.array(categoryId).min(1)]),
};
/** `two-blind`: the second person decides before seeing the first decision; `two-open`: sees it, and agrees or not. */
export const EYES = ['one', 'two-open', 'two-blind'] as const;
export type Eyes = (typeof EYES)[number];
/** Second looks, samples, crowds and accusations: how the desk checks itself. */
export const caseReviewFile = z.strictObject({
  ...review,
  ...sourced,
  /** The first rule that fits decides; where none fits, one person is enough. */
  verification: z.array(z.strictObject({ ...reviewScope, eyes: z.enum(EYES) })),
  /** Of decisions that one person took, so many in a thousand get a blind second look. */
  sampling: z.array(z.strictObject({ ...reviewScope, perMille: z.int().min(0).max(1000) })),
  /** Two decisions agree when these are the same. */
  compared: z.array(z.enum(['outcome', 'category', 'classification', 'severity'])).min(1),
  /** So many reports of one item within so many minutes are a crowd: shown, never counted as weight. */
  crowd: z.strictObject({
    reports: z.int().min(2),
    minutes: z.int().min(1),
    /** Fewer are one already when they tell it in nearly the same words. */
    alike: z.strictObject({ reports: z.int().min(2), minutes: z.int().min(1) }),
  }),
  /** An accusation against an account that nothing substantiates ends after so many days; dangers never do. */
  accusations: z.strictObject({ categories: z.array(categoryId), days: z.int().min(7) }),
});
export type CaseReview = z.infer<typeof caseReviewFile>;

export const BODY_KINDS = ['police', 'prosecutor', 'care', 'foreign-hotline'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];
const hours = z.number().min(0.25).max(2400);
/** Urgent referrals count by the clock, all others by the country's working time. */
const responseTimes = z.strictObject({ receiptHours: hours, decisionHours: hours, outcomeHours: hours });
const receivingBody = z.strictObject({
  id: slug,
  kind: z.enum(BODY_KINDS),
  name: localText,
  description: localText,
  territory: z.union([z.literal('all'), z.array(text).min(1)]),
  /** A foreign hotline's own countries (ISO 3166-1 alpha-2): what is hosted there is for it. */
  countries: z.array(z.string().regex(/^[A-Z]{2}$/)).optional(),
  /** What it is competent for. */
  categories: z.union([z.literal('all'), z.array(categoryId).min(1)]),
  urgencies: z.array(z.enum(URGENCIES)).min(1),
  /** How it is told that something waits; a mail carries a tracking code and never content. */
  channel: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('desk') }),
    z.strictObject({ kind: z.literal('mail'), address: z.email().nullable() }),
    z.strictObject({ kind: z.literal('portal'), url: z.url({ protocol: /^https$/ }) }),
  ]),
  /** The organisation here whose accounts see what was referred to it. */
  organisation: z.uuid().nullable(),
  /** Public age keys: with one, this server can't open a package again. */
  ageKeys: z.array(z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/, 'must be an age public key (age1…)')).max(5),
  language: z.enum(LANGS),
  /** Nothing goes there before counsel has read it. */
  review: z.boolean(),
  /** May ask that no notice goes to the provider for a time. */
  mayHold: z.boolean(),
  times: z.strictObject({ urgent: responseTimes, ordinary: responseTimes, holdHours: hours }),
  active: z.boolean(),
  order: z.int(),
  ...sourced,
});
export type ReceivingBody = z.infer<typeof receivingBody>;
export const bodiesFile = z.strictObject({
  ...review,
  ...sourced,
  /** What touches a child's consent or orientation is read by counsel, whoever it goes to. */
  reviewCategories: z.array(categoryId),
  outcomes: z.array(z.strictObject({ id: slug, name: localText, final: z.boolean() })).min(1),
  declineReasons: z.array(z.strictObject({ id: slug, name: localText })).min(1),
  bodies: z.array(receivingBody),
});

/** File name (without `.json`) and shape of each part of a pack. The property names are the first step of overlay keys. */
export const PACK_FILES = {
  pack: ['pack', packFile],
  regions: ['regions', regionsFile],
  helpLines: ['help-lines', helpLinesFile],
  calendar: ['calendar', calendarFile],
  law: ['law', lawFile],
  categories: ['risk-categories', categoriesFile],
  cards: ['cards', cardsFile],
  platforms: ['platforms', platformsFile],
  providers: ['providers', providersFile],
  pillars: ['pillars', pillarsFile],
  retention: ['retention', retentionFile],
  clocks: ['clocks', clocksFile],
  caseReview: ['case-review', caseReviewFile],
  bodies: ['bodies', bodiesFile],
  helpline: ['helpline', helplineFile],
  wellbeing: ['wellbeing', wellbeingFile],
  duties: ['mandatory-reporting', dutiesFile],
  neverBlock: ['never-block', neverBlockFile],
  blocking: ['blocking', blockingFile],
  notices: ['notices', noticesFile],
  escalation: ['escalation', escalationFile],
  lawLab: ['law-lab', lawLabFile],
  figures: ['figures', figuresFile],
  safeAccess: ['safe-access', safeAccessFile],
  helpNames: ['help-names', helpNamesFile],
  tools: ['tools', toolsFile],
} as const satisfies Record<string, readonly [string, z.ZodType]>;

export type PackPart = keyof typeof PACK_FILES;
export type CountryPack = { [P in PackPart]: z.output<(typeof PACK_FILES)[P][1]> };
/** A pack as read from disk, before validation; the overlay works on this. */
export type RawPack = { [P in PackPart]: unknown };
