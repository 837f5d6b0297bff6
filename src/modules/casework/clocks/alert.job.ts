import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** One mail to one supervisor about the breaches of one alert. */
export const clockAlert = defineJob(
  'casework.clock-alert',
  z.strictObject({ alert: z.uuid(), account: z.uuid(), breaches: z.int(), at: z.iso.datetime() }),
);
