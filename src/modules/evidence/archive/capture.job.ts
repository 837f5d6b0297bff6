import { z } from 'zod';
import { defineJob } from '../../../platform/jobs.ts';

/** Takes and seals what was asked for. */
export const takeCapture = defineJob('evidence.take', z.strictObject({ capture: z.uuid() }));
