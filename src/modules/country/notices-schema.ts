import { z } from 'zod';
import { LANGS } from '../../platform/i18n/index.ts';

const text = z.string().trim().min(1);
const day = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM');
const localText = z.strictObject({ ar: text, fr: text, en: text, zgh: text });
const seconds = z
  .int()
  .min(0)
  .max(7 * 86_400);
const zone = text.refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}, 'must be a time zone such as Europe/Paris');

/** How long notices to the same contact wait for one another, in seconds. */
const grouping = z.strictObject({
  urgent: seconds,
  /** Nobody there has heard of us: they should not wait long for the first letter. */
  newContact: seconds,
  knownContact: seconds,
  /** Letters that take requests back. */
  takenBack: seconds,
  /** By an interface that machines read. */
  api: seconds,
  /** A letter with so many is full and goes. */
  maxNotices: z.int().min(1).max(500),
});
/** `working-time`: what is not urgent goes in the receiver's working hours; `always`: at any time. */
const sendWindow = z.enum(['working-time', 'always']);

const officeHours = z.strictObject({
  /** ISO 3166-1 alpha-2. */
  code: z.string().regex(/^[A-Z]{2}$/),
  zone,
  week: z
    .partialRecord(day, z.array(z.tuple([timeOfDay, timeOfDay])))
    .refine((week) => Object.values(week).some((hours) => (hours?.length ?? 0) > 0), 'must have working hours'),
  /** MM-DD, every year. */
  holidays: z.array(z.string().regex(/^\d\d-\d\d$/)),
});
export type OfficeHours = z.infer<typeof officeHours>;

const trustedFlagger = z.strictObject({
  status: localText,
  number: text,
  authority: localText,
  since: z.iso.date(),
  verified: z.boolean(),
});
export type TrustedFlagger = z.infer<typeof trustedFlagger>;

/** `country/<id>/notices.json`: when letters to providers go out, and what they say about who sends them. */
export const noticesFile = z.strictObject({
  _review: text.optional(),
  verified: z.boolean(),
  source: text,
  /** Urgencies of categories whose notices go at once, at any hour; so do those that the police released. */
  urgent: z.array(z.enum(['danger', 'urgent', 'normal', 'low'])).min(1),
  grouping,
  window: sendWindow,
  /** The demonstration must not take a day. */
  demonstration: z.strictObject({ grouping, window: sendWindow }),
  /** Working hours of receivers in other countries; whoever is not listed is written to in our own. */
  elsewhere: z.array(officeHours),
  /** Offences for which a notice need not name its sender (DSA article 16(2)(c)). */
  unnamedFor: z.array(text),
  /** The programme's status as a trusted flagger (DSA article 22), where it has been awarded one. */
  trustedFlagger: trustedFlagger.nullable(),
});
export type NoticeRules = z.infer<typeof noticesFile>;

/** A further paragraph for one provider's letters. A language left out has none. */
export const extraParagraph = z.partialRecord(z.enum(LANGS), z.string().trim().min(1).max(1000));
