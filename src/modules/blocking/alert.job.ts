import { z } from 'zod';
import { defineJob } from '../../platform/jobs.ts';

/** One mail to one person: so many entries wait for their review, or appeals for a decision, beyond their time. */
export const blockingAlert = defineJob(
  'blocking.alert',
  z.strictObject({ id: z.uuid(), account: z.uuid(), about: z.enum(['review', 'appeal']), n: z.int().min(1) }),
);
