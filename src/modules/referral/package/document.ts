import { z } from 'zod';
import { LANGS } from '../../../platform/i18n/index.ts';
import { PART_IDS } from '../completeness.ts';
import { URGENCY_LEVELS } from '../referral.ts';

/*
 * `referral.json`: what a machine reads. A change that a reader could stumble over gets a new number.
 */

export const SCHEMA_ID = 'e-salama.referral/1';

const words = z.object(
  Object.fromEntries(LANGS.map((l) => [l, z.string()])) as Record<(typeof LANGS)[number], z.ZodString>,
);
/** An instant twice: in UTC, and on the country's clock with its offset. */
const instant = z.object({ utc: z.iso.datetime(), local: z.iso.datetime({ offset: true }), zone: z.string() });

export const referralDocument = z.object({
  schema: z.literal(SCHEMA_ID),
  code: z.string().describe('Tracking code, the same in every answer.'),
  round: z.int().describe('1 for the first package, one more each time it was given back and sent again.'),
  madeAt: instant,
  status: z
    .object({ ar: z.string(), fr: z.string() })
    .describe('Information, to be re-collected by the judicial police.'),
  from: z.object({ name: z.string(), origin: z.string() }),
  to: z.object({ body: z.string(), kind: z.string(), name: words }),
  urgency: z.object({ level: z.enum(URGENCY_LEVELS), reason: z.string() }),
  hold: z.object({ asked: z.boolean(), until: instant.nullable() }),
  category: z.object({ id: z.string(), code: z.string().nullable(), name: words }),
  territory: z.array(z.string()).describe('Codes of provinces and regions of the country pack.'),
  places: z.array(words).describe('Their names, in the same order.'),
  note: z.string(),
  item: z.object({
    id: z.uuid(),
    kind: z.string(),
    url: z.string().nullable(),
    host: z.string().nullable(),
    platform: z.string().nullable(),
    reports: z.int(),
    firstReportedAt: instant,
    lastReportedAt: instant,
  }),
  assessment: z
    .object({
      outcome: z.string(),
      severity: z.string(),
      ageBand: z.string(),
      sex: z.string(),
      at: instant,
      articles: z.array(z.object({ id: z.string(), number: z.string(), title: words })),
    })
    .nullable(),
  reports: z.array(
    z.object({
      id: z.uuid(),
      receivedAt: instant,
      language: z.string(),
      reporter: z.string(),
      occurred: z.string(),
      occurredAt: instant.nullable(),
      ageBand: z.string(),
      danger: z.array(z.string()),
      links: z.array(z.string()),
      accounts: z.array(z.object({ platform: z.string(), name: z.string().nullable() })),
      words: z.string().nullable(),
      place: z.string().nullable(),
      contact: z
        .object({ value: z.string(), safeToCall: z.string(), when: z.string(), sharedWith: z.string() })
        .nullable()
        .describe('Only after a custodian said yes.'),
    }),
  ),
  reportsLeftOut: z.int(),
  included: z.object({ words: z.boolean(), accounts: z.boolean(), place: z.boolean(), contact: z.boolean() }),
  completeness: z.object({ score: z.int(), missing: z.array(z.enum(PART_IDS)) }),
  evidence: z.object({
    captures: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        url: z.string(),
        capturedAt: instant,
        sha256: z.string(),
        stampedAt: instant.nullable(),
      }),
    ),
    note: z.string(),
  }),
});
export type ReferralDocument = z.infer<typeof referralDocument>;
