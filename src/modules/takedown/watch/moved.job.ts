import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** Finds who carries content that went to another network, and whether they have to be told. */
export const traceMoved = defineJob('takedown.trace-moved', z.strictObject({ item: z.uuid() }));
