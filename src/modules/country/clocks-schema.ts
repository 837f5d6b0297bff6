import { z } from 'zod';

/** Steps of the work on an item that have a time by which they shall be done. */
export const CLOCK_STEPS = ['assessment', 'told', 'notice', 'removal'] as const;
/**
 * `assessment`: from the first report to the judgement; `told`: from there to the security forces; `notice`: from the
 * judgement to the request to the provider; `removal`: from there until it is gone.
 */
export type ClockStep = (typeof CLOCK_STEPS)[number];

const target = z.strictObject({
  minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 365),
  /** Minutes of working time by the country's calendar, or of any time: danger knows no holidays. */
  time: z.enum(['working', 'any']),
});
export type ClockTarget = z.infer<typeof target>;
const targets = z.strictObject({ danger: target, urgent: target, normal: target, low: target });

/** `country/<id>/clocks.json`: how long each step may take, by urgency. */
export const clocksFile = z.strictObject({
  _review: z.string().trim().min(1).optional(),
  verified: z.boolean(),
  source: z.string().trim().min(1),
  targets: z.strictObject({ assessment: targets, told: targets, notice: targets, removal: targets }),
});
