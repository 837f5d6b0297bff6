import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** Finds who can act on what a notice is about. */
export const traceItem = defineJob('takedown.trace-item', z.strictObject({ notice: z.uuid() }));
