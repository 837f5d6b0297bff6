import { z } from 'zod';

/*
 * Where a family's rules begin, by age band. The kinds of content are safe access's; here they are words, and it reads
 * them when it starts.
 */

const text = z.string().trim().min(1);
const kind = z.string().regex(/^[a-z]+(-[a-z]+)*$/, 'must be a kind of content such as self-harm');
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 21:00');

const preset = z.strictObject({
  closed: z.array(kind),
  safeSearch: z.boolean(),
  youtube: z.enum(['open', 'moderate', 'strict']),
  noWaysAround: z.boolean(),
  /** A suggestion that parents see and change. */
  windows: z.array(
    z.strictObject({
      days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1),
      from: wallTime,
      to: wallTime,
      closes: z.union([z.literal('everything'), z.array(kind).min(1)]),
    }),
  ),
  keeps: z.enum(['nothing', 'counts', 'names']),
});

export const safeAccessFile = z.strictObject({
  _review: text.optional(),
  verified: z.boolean(),
  source: text,
  bands: z.strictObject({
    'under-9': preset,
    '9-12': preset,
    '13-15': preset,
    '16-17': preset,
    grown: preset,
  }),
});
