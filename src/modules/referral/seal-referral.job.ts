import { z } from 'zod';
import { defineJob } from '../../platform/jobs.ts';

export const sealReferral = defineJob('referral.seal', z.object({ referral: z.uuid() }));
