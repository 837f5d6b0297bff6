import { z } from 'zod';

const text = z.string().trim().min(1);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug such as court-order');
const names = z.strictObject({ ar: text, fr: text, en: text, zgh: text });
const sourced = { _review: text.optional(), verified: z.boolean(), source: text };

const span = z.strictObject({
  minutes: z
    .int()
    .min(0)
    .max(60 * 24 * 365),
  /** Minutes of working time by the country's calendar, or of any time. */
  time: z.enum(['working', 'any']),
});
export type Span = z.infer<typeof span>;

/** What whoever is asked can do; the words of the takedown module. */
export const RUNG_REACHES = ['provider', 'site', 'host', 'proxy', 'registrar', 'upstream'] as const;
export const RUNG_IDS = ['host', 'site', 'registrar', 'upstream'] as const;
export type RungId = (typeof RUNG_IDS)[number];

const rung = z.strictObject({
  id: z.enum(RUNG_IDS),
  /** Contacts of these kinds are asked here, in the order in which tracing ranked them. */
  reaches: z.array(z.enum(RUNG_REACHES)).min(1),
  /** So many different contacts at most. */
  contacts: z.int().min(1).max(10),
  /** From the notice to the first reminder, and from one reminder to the next. */
  remindAfter: span,
  reminders: z.int().min(0).max(5),
  /** From the last reminder to the next contact. */
  nextAfter: span,
  /** `person`: somebody says yes before anybody is asked here. */
  confirm: z.enum(['machine', 'person']),
});
export type Rung = z.infer<typeof rung>;

const ladder = z
  .strictObject({
    id: slug,
    categories: z.union([z.literal('all'), z.array(slug).min(1)]),
    severities: z.union([z.literal('all'), z.array(slug).min(1)]),
    rungs: z.array(rung).min(1),
    /** A contact that refuses mail: so long a person may find a better one, then the next one is asked. */
    deadAfter: span,
    /** "Removed", and yet it is there: not before so long after the provider's word (caches), and so long until the next contact. */
    contradiction: z.strictObject({ after: span, nextAfter: span }),
    moreTime: z.strictObject({
      times: z.int().min(0).max(5),
      maxHours: z
        .int()
        .min(1)
        .max(24 * 60),
    }),
  })
  .refine((l) => new Set(l.rungs.map((r) => r.id)).size === l.rungs.length, 'a rung appears twice');
export type Ladder = z.infer<typeof ladder>;

/** `country/<id>/escalation.json`: who is asked after whom, when, and on whose word. */
export const escalationFile = z.strictObject({
  ...sourced,
  /** Within so many hours we ask for removal; the first that fits. */
  deadlines: z
    .array(
      z.strictObject({
        categories: z.union([z.literal('all'), z.array(slug).min(1)]),
        hours: z
          .int()
          .min(1)
          .max(24 * 60),
      }),
    )
    .min(1),
  /** Contacts are traced again when what we know of them is older. */
  traceHours: z.int().min(1).max(720),
  /** Within so long a dispute is to be decided. */
  disputeWithin: span,
  /** In the demonstration every wait of a ladder is divided by this, so that minutes stand for days. */
  demonstration: z.strictObject({ faster: z.int().min(1).max(1000) }),
  /** The first that fits. */
  ladders: z.array(ladder).min(1),
});

/** What can stop a case; the takedown module suggests by these ids. */
export const STOPPER_IDS = [
  'no-contact',
  'contact-dead',
  'silent-abroad',
  'silent-here',
  'no-legal-basis',
  'court-order',
  'not-illegal-there',
  'no-agreement',
  'hidden-by-proxy',
  'bulletproof',
  'login-wall',
  'technical-wall',
  'police-hold',
  'reporter-hold',
  'evidence-missing',
  'site-not-cleared',
  'dispute-open',
  'denies-removal',
] as const;
export type StopperId = (typeof STOPPER_IDS)[number];

/** `country/<id>/law-lab.json`: what stops cases, and which change would free them. */
export const lawLabFile = z.strictObject({
  ...sourced,
  stoppers: z
    .array(z.strictObject({ id: z.enum(STOPPER_IDS), name: names }))
    .refine((list) => STOPPER_IDS.every((id) => list.filter((s) => s.id === id).length === 1), {
      message: `must have each of ${STOPPER_IDS.join(', ')} once`,
    }),
  changes: z.array(
    z.strictObject({
      id: slug,
      kind: z.enum(['law', 'agreement', 'practice']),
      name: names,
      /** Stoppers that this change would lift. */
      lifts: z.array(z.enum(STOPPER_IDS)).min(1),
      verified: z.boolean(),
      source: text,
    }),
  ),
});
export type LawLab = z.infer<typeof lawLabFile>;
export type LawChange = LawLab['changes'][number];
