import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** Tells whoever appealed and left an address that it was heard. */
export const tellAppeal = defineJob('blocking.tell-appeal', z.strictObject({ appeal: z.uuid() }));
